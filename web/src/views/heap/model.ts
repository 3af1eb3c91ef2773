/**
 * Snapshots as the tool shows them: by process, with letters, in the lives between restarts; types with what came,
 * went and stayed. Pure; what is drawn where is in `ownerBoxes.ts`.
 */
import type { Annotation, HeapClassChange, HeapSnapshot } from "@/api/types";

export interface Snapshot extends HeapSnapshot {
  /** A, B, C, … in order of time. */
  letter: string;
  /** The number of the process's life, counted from 0: after a restart ids mean nothing. */
  life: number;
}

export interface ProcessModel {
  /** `service/instance`. */
  id: string;
  service: string;
  instance: string;
  /** Oldest first. */
  snapshots: Snapshot[];
}

/** The processes that snapshots were taken of, the one with most first. */
export function processesOf(
  snapshots: readonly HeapSnapshot[],
  annotations: readonly Annotation[],
): ProcessModel[] {
  const byId = new Map<string, HeapSnapshot[]>();
  for (const snapshot of snapshots) {
    const id = `${snapshot.service}/${snapshot.instance}`;
    byId.set(id, [...(byId.get(id) ?? []), snapshot]);
  }
  const instances = snapshots.map((snapshot) => snapshot.instance);
  const processes = [...byId].map(([id, own]) => {
    const { service, instance } = own[0] as HeapSnapshot;
    const restarts = restartsOf({ service, instance }, annotations, instances);
    const sorted = [...own].sort((a, b) => a.at_ms - b.at_ms || a.id - b.id);
    return {
      id,
      service,
      instance,
      snapshots: sorted.map((snapshot, index) => ({
        ...snapshot,
        letter: letterOf(index),
        life: restarts.filter((time) => time <= snapshot.at_ms).length,
      })),
    };
  });
  return processes.sort(
    (a, b) => b.snapshots.length - a.snapshots.length || (a.id < b.id ? -1 : 1),
  );
}

/** When the process began anew. A restart names its service, and in its words perhaps which of its instances. */
export function restartsOf(
  { service, instance }: { service: string; instance: string },
  annotations: readonly Annotation[],
  instances: readonly string[],
): number[] {
  const names = (annotation: Annotation, name: string) =>
    annotation.text.split(/\s+/).includes(name);
  return annotations
    .filter((one) => one.kind === "restart" && one.service === service)
    .filter((one) => names(one, instance) || !instances.some((other) => names(one, other)))
    .map((one) => one.time_ms);
}

/** A, B, …, Z, AA, AB, … */
export function letterOf(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : letterOf(Math.floor(index / 26) - 1) + last;
}

export interface Pair {
  from: Snapshot;
  to: Snapshot;
}

/**
 * What to compare: the chosen snapshots while they are there and in this order, else the first and the last of the
 * life that has most. Null where there are fewer than two.
 */
export function pairOf(
  snapshots: readonly Snapshot[],
  a: number | null,
  b: number | null,
): Pair | null {
  const lives = [...new Set(snapshots.map((snapshot) => snapshot.life))].map((life) =>
    snapshots.filter((snapshot) => snapshot.life === life),
  );
  const longest = lives.reduce(
    (most, life) => (life.length > most.length ? life : most),
    [] as Snapshot[],
  );
  const usual = longest.length >= 2 ? longest : snapshots;
  const at = (id: number | null) => snapshots.findIndex((snapshot) => snapshot.id === id);
  let from = at(a) >= 0 ? at(a) : at(usual[0]?.id ?? null);
  let to = at(b) >= 0 ? at(b) : at(usual.at(-1)?.id ?? null);
  if (from < 0 || to < 0 || snapshots.length < 2) return null;
  if (from > to) [from, to] = [to, from];
  if (from === to) {
    if (to + 1 < snapshots.length) to += 1;
    else from -= 1;
  }
  return { from: snapshots[from] as Snapshot, to: snapshots[to] as Snapshot };
}

export function isSameLife({ from, to }: Pair): boolean {
  return from.life === to.life;
}

/** The pair after a press on a snapshot's mark: the end that is nearer moves there. */
export function withPressed(snapshots: readonly Snapshot[], pair: Pair, pressed: number): Pair {
  const index = (id: number) => snapshots.findIndex((snapshot) => snapshot.id === id);
  const [from, to, at] = [index(pair.from.id), index(pair.to.id), index(pressed)];
  const snapshot = snapshots[at];
  if (!snapshot || at === from || at === to) return pair;
  return at < from || at - from < to - at ? { ...pair, from: snapshot } : { ...pair, to: snapshot };
}

/** The pair with one end moved by one snapshot; as it was where there is none. */
export function withMoved(
  snapshots: readonly Snapshot[],
  pair: Pair,
  end: "from" | "to",
  by: 1 | -1,
): Pair {
  const at = snapshots.findIndex((snapshot) => snapshot.id === pair[end].id) + by;
  const next = snapshots[at];
  const other = end === "from" ? pair.to : pair.from;
  if (!next || next.id === other.id) return pair;
  return { ...pair, [end]: next };
}

/** One type in two snapshots. */
export interface Change {
  type: string;
  before: number;
  after: number;
  /** Objects of both; null where ids do not tell. */
  stayed: number | null;
  came: number | null;
  went: number | null;
  retainedBefore: number;
  retained: number;
  /** Bytes that it keeps more. */
  growth: number;
}

export function changeOf(row: HeapClassChange): Change {
  return {
    type: row.class,
    before: row.from_count,
    after: row.to_count,
    stayed: row.freed === null ? null : row.from_count - row.freed,
    came: row.new,
    went: row.freed,
    retainedBefore: row.from_retained_bytes,
    retained: row.to_retained_bytes,
    growth: row.to_retained_bytes - row.from_retained_bytes,
  };
}

/** Types whose name has the words in it, without regard to case. */
export function named<R extends { type: string }>(rows: readonly R[], find: string): R[] {
  const wanted = find.trim().toLowerCase();
  return rows.filter((row) => row.type.toLowerCase().includes(wanted));
}

/** A step of the difference colours, −3 to 3: which part of what a type keeps came or went. */
export function growthStep(change: Pick<Change, "growth" | "retained" | "retainedBefore">): number {
  const most = Math.max(change.retained, change.retainedBefore);
  const part = most === 0 ? 0 : Math.abs(change.growth) / most;
  const size = part >= 0.9 ? 3 : part >= 0.5 ? 2 : part >= 0.1 ? 1 : 0;
  return size === 0 ? 0 : Math.sign(change.growth) * size;
}
