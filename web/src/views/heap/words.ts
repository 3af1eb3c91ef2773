/** Sizes, changes and references in words. */
import type { HeapSuspect } from "@/api/types";
import { DASH, formatBytes, formatCount, formatLong, formatPercent } from "@/viz/format";
import { isSameLife, type Pair, type Snapshot } from "./model";

const NBSP = "\u00a0";
const MINUS = "\u2212";

/** + 688 MiB, − 4.1 KiB, 0 B */
export function bytesChange(bytes: number): string {
  return bytes === 0 ? formatBytes(0) : `${sign(bytes)}${NBSP}${formatBytes(Math.abs(bytes))}`;
}

/** + 10,432, − 307, 0 */
export function countChange(count: number): string {
  return count === 0 ? "0" : `${sign(count)}${NBSP}${formatCount(Math.abs(count))}`;
}

function sign(value: number): string {
  return value > 0 ? "+" : MINUS;
}

export function countOrDash(count: number | null): string {
  return count === null ? DASH : formatCount(count);
}

/** 3 h 43 m apart, same process */
export function apart(pair: Pair): string {
  const time = formatLong(pair.to.at_ms - pair.from.at_ms);
  return `${time} apart, ${isSameLife(pair) ? "one life of the process" : "a restart between them"}`;
}

/** How a reference reads in a path: `.handlers`, `[…]`, `["step.finished"]`. From a root it is the root's name. */
export function edgeText(kind: string, edge: string, isRoot = false): string {
  if (isRoot) return edge;
  if (edge === "[…]") return edge;
  if (kind === "element" || /^\d+$/.test(edge)) return `[${edge}]`;
  // Fields of structs within structs: `.state.history`, and the places of a list in one.
  if (/^[A-Za-z_]\w*(\.\w+)*$/.test(edge)) return `.${edge.replace(/\.(\d+)(?=\.|$)/g, "[$1]")}`;
  return kind === "property" ? `[${JSON.stringify(edge)}]` : edge;
}

/** Names of standard types: looking for their definition in the system's source finds nothing. */
const STANDARD = new Set(
  [
    "Arc Box BTreeMap BTreeSet Cow Duration HashMap HashSet IndexMap IndexSet Instant Map Mutex Option Rc",
    "RefCell Result RwLock String Uuid Value Vec VecDeque Weak str bool char f32 f64 i16 i32 i64 i8",
    "u128 u16 u32 u64 u8 usize isize OnceLock Ordering PhantomData",
  ]
    .join(" ")
    .split(" "),
);

/** The names in a type that a program may have given itself: `Vec<Handler>` has one, `Handler`. */
export function ownNames(type: string): string[] {
  if (/^\(.*\)$/.test(type)) return [];
  const words = type.match(/[A-Za-z_]\w*/g) ?? [];
  return [...new Set(words)].filter((word) => !STANDARD.has(word) && /^[A-Z]/.test(word));
}

/** A suspect as a sentence with its figures at their units. */
export function suspectText(suspect: HeapSuspect): string {
  const share = formatPercent(suspect.share * 100);
  const bytes = formatBytes(suspect.bytes);
  return suspect.rule === "growing_class"
    ? `retains ${bytes} more, ${share} of what the heap gained, and never had fewer objects than before`
    : `retains ${bytes}, ${share} of the heap, below one owner`;
}

/** C, 05:32 */
export function snapshotText(snapshot: Snapshot, time: (ms: number) => string): string {
  return `${snapshot.letter}, ${time(snapshot.at_ms)}`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
