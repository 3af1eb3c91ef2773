/** An earlier range beside the page's: kept in the address as `cfrom` and `cto`, moved by `[` and `]`. */
import type { HistoryMode } from "@/state/location";
import type { Range } from "@/state/range";
import { useCommands } from "@/state/useCommand";
import { useWorkspace } from "@/state/workspace";
import { compareProblem, type Earlier, earlierRanges, shift } from "./compare";

export interface Comparison {
  /** Null while nothing is compared. */
  earlier: Range | null;
  /** Why what the address asks for cannot be compared with, or null. */
  problem: string | null;
  /** What offers itself. */
  choices: Earlier[];
  change(earlier: Range | null): void;
  /** The earlier range becomes the page's, and the other way round. */
  swap(): void;
}

interface Params {
  cfrom: number | null;
  cto: number | null;
}

export function useComparison(
  cfrom: number | null,
  cto: number | null,
  setParams: (patch: Params, mode?: HistoryMode) => void,
): Comparison {
  const { range, bounds, setRange } = useWorkspace();
  const problem = compareProblem(cfrom, cto, bounds);
  const earlier = cfrom !== null && cto !== null && !problem ? { start: cfrom, end: cto } : null;
  const set = (next: Range | null, mode: HistoryMode) =>
    setParams({ cfrom: next?.start ?? null, cto: next?.end ?? null }, mode);
  const move = (by: 1 | -1) => {
    const moved = earlier && shift(earlier, by, bounds);
    if (moved) set(moved, "replace");
  };
  const disabled = earlier ? undefined : "Nothing is compared";
  useCommands([
    {
      id: "compare.earlier",
      title: "Compare with an earlier range",
      group: "In this tool",
      keys: ["["],
      disabled,
      run: () => move(-1),
    },
    {
      id: "compare.later",
      title: "Compare with a later range",
      group: "In this tool",
      keys: ["]"],
      disabled,
      run: () => move(1),
    },
  ]);
  return {
    earlier,
    problem,
    choices: earlierRanges(range, bounds),
    change: (next) => set(next, "push"),
    swap: () => {
      if (!earlier) return;
      setRange(earlier);
      set(range, "replace");
    },
  };
}
