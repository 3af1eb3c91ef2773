/** Empty by filter: names the cause, counts what there would be without the last term, and takes it out at a press. */
import { useQuery } from "@tanstack/react-query";
import { lastTerm, removeTerm } from "@/state/filterText";
import { useWorkspace } from "@/state/workspace";
import { Button } from "@/ui/Button";
import { Empty } from "@/ui/States";
import { formatCount, formatRange } from "@/viz/format";

export interface NothingMatchesProps {
  /** One of them: "log line", "trace". */
  noun: string;
  filter: string;
  onFilter(filter: string): void;
  /** How many match a filter in the present range. */
  count(filter: string, signal: AbortSignal): Promise<number>;
}

export function NothingMatches({ noun, filter, onFilter, count }: NothingMatchesProps) {
  const { recording, range } = useWorkspace();
  const last = lastTerm(filter);
  const rest = last === null ? "" : removeTerm(filter, last);
  const others = useQuery({
    queryKey: ["nothing-matches", recording.id, noun, range, rest],
    queryFn: ({ signal }) => count(rest, signal),
    enabled: last !== null,
  });
  const where = formatRange(range);
  if (last === null) {
    return <Empty title={`No ${noun} in ${where}`}>Widen the range: nothing happened in it.</Empty>;
  }
  return (
    <Empty
      title={`No ${noun} matches in ${where}`}
      actions={
        <Button small onPress={() => onFilter(rest)}>
          Without {last}
        </Button>
      }
    >
      {others.data !== undefined &&
        (others.data > 0
          ? `Without ${last} there ${others.data === 1 ? "is 1" : `are ${formatCount(others.data)}`}.`
          : `Without ${last} there is none either; take out more, or widen the range.`)}
    </Empty>
  );
}
