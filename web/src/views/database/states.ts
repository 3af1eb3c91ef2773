/** States of a database session: words, colours, order. */
import type { DatabaseSession } from "@/api/types";

export type StateName = "active" | "waiting" | "idle in transaction" | "idle" | "other";

/** A session that waits for a lock is shown as waiting, although PostgreSQL calls it active. */
export function stateOf(session: DatabaseSession): StateName {
  if (session.wait_event_type === "Lock") return "waiting";
  if (session.state.startsWith("idle in transaction")) return "idle in transaction";
  if (session.state === "active" || session.state === "idle") return session.state;
  return "other";
}

export const STATE_COLORS: Record<StateName, string> = {
  active: "--st-active",
  waiting: "--st-waiting",
  "idle in transaction": "--st-idle-tx",
  idle: "--st-idle",
  other: "--idle",
};
