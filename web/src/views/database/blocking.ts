/** Waits of a sample as trees: roots hold, children wait for their parent. Pure. */
import type { DatabaseSession } from "@/api/types";

export interface Blocked {
  session: DatabaseSession;
  waiting: Blocked[];
}

/**
 * A session that waits for several stands below the first of them. Sessions that wait for each other in a
 * circle have no root; the one with the smallest pid is taken as it.
 */
export function blockingTree(sessions: readonly DatabaseSession[]): Blocked[] {
  const byPid = new Map(sessions.map((session) => [session.pid, session]));
  const nodes = new Map<number, Blocked>();
  const node = (session: DatabaseSession): Blocked => {
    let found = nodes.get(session.pid);
    if (!found) {
      found = { session, waiting: [] };
      nodes.set(session.pid, found);
    }
    return found;
  };
  const roots: Blocked[] = [];
  const waiters = sessions.filter((session) => session.blocked_by.some((pid) => byPid.has(pid)));
  for (const session of waiters) {
    const holder = session.blocked_by.map((pid) => byPid.get(pid)).find((found) => found);
    if (holder) node(holder).waiting.push(node(session));
  }
  const isWaiting = new Set(waiters.map((session) => session.pid));
  for (const found of nodes.values()) {
    if (!isWaiting.has(found.session.pid)) roots.push(found);
  }
  breakCircles(nodes, roots);
  const longestFirst = (a: Blocked, b: Blocked) =>
    b.session.state_duration_ns - a.session.state_duration_ns;
  for (const found of nodes.values()) found.waiting.sort(longestFirst);
  return roots.sort(longestFirst);
}

function breakCircles(nodes: Map<number, Blocked>, roots: Blocked[]): void {
  const reached = new Set<number>();
  const reach = (from: Blocked) => {
    const pending = [from];
    for (let next = pending.pop(); next; next = pending.pop()) {
      reached.add(next.session.pid);
      // An edge back into what was reached already closes a circle.
      next.waiting = next.waiting.filter((child) => !reached.has(child.session.pid));
      pending.push(...next.waiting);
    }
  };
  for (const root of roots) reach(root);
  for (const pid of [...nodes.keys()].sort((a, b) => a - b)) {
    const found = nodes.get(pid);
    if (found && !reached.has(pid)) {
      roots.push(found);
      reach(found);
    }
  }
}
