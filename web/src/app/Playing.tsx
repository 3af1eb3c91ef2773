/**
 * In the clock's place while the incident is still being simulated: how far it is. The tools show what there is
 * of it; the clock starts when it is complete.
 */
import type { Session } from "@/api/types";
import { progress } from "@/state/simulation";
import { useStore } from "@/state/useStore";
import { formatLong } from "@/viz/format";
import styles from "./Clock.module.css";

export function Playing({ session }: { session: Session }) {
  const { fraction, virtual_elapsed_ms, virtual_total_ms, eta_ms } =
    useStore(progress) ?? session.preparation;
  const percent = Math.round(fraction * 100);
  const left = eta_ms === null ? "" : `, in about ${formatLong(Math.max(eta_ms, 1000))}`;
  return (
    <div
      className={styles.clock}
      style={{ "--share": `${percent}%` } as React.CSSProperties}
      role="progressbar"
      aria-label="Running the incident"
      aria-valuenow={percent}
      aria-valuemin={0}
      aria-valuemax={100}
      title={`The tools show what there is so far. Your ${session.drill.minutes} minutes start when the incident is complete${left}.`}
    >
      <span>
        {formatLong(virtual_elapsed_ms)} of {formatLong(virtual_total_ms)}
      </span>
      <span className="t3">recorded, clock waits</span>
    </div>
  );
}
