/** The answers behind the services tool: the range's, and the whole recording's for where everything stands. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "@/api/endpoints";
import type { ServiceGraph } from "@/api/types";
import type { Range } from "@/state/range";
import { useKept } from "@/state/useKept";
import { useWorkspace } from "@/state/workspace";
import { isUnread } from "@/views/shared/FilterField";
import { formatCount, formatNanos } from "@/viz/format";
import { type Layout, layoutOf } from "./layout";
import { type EdgeModel, edgeId, type GraphModel, modelOf, nodeId } from "./model";

/** Nodes that are drawn; the table has the others. */
const MAX_DRAWN = 60;

export interface Services {
  /** The last good answer. */
  shown: ServiceGraph | undefined;
  model: GraphModel | null;
  layout: Layout | null;
  error: unknown;
  /** The filter was not understood; what is shown is from the one before. */
  unread: boolean;
  stale: boolean;
  retry(): void;
  /** How many calls another filter has in the range. */
  countCalls(filter: string, signal: AbortSignal): Promise<number>;
}

export function useServices(filter: string, earlier: Range | null, asTable: boolean): Services {
  const { recording, range, bounds } = useWorkspace();
  // What a person filters or compares is theirs; the graph that is there at once comes by itself.
  const asked_by: "person" | "page" =
    filter === "" && earlier === null && !asTable ? "page" : "person";
  const ask = {
    start_ms: range.start,
    end_ms: range.end,
    filter: filter || undefined,
    compare_start_ms: earlier?.start,
    compare_end_ms: earlier?.end,
    asked_by,
  };
  const answer = useQuery({
    queryKey: ["services", recording.id, ask],
    queryFn: ({ signal }) => api.services.graph(recording.id, ask, { signal }),
    placeholderData: keepPreviousData,
  });
  const everything = { start_ms: bounds.start, end_ms: bounds.end, asked_by: "page" as const };
  const whole = useQuery({
    queryKey: ["services", recording.id, everything],
    queryFn: ({ signal }) => api.services.graph(recording.id, everything, { signal }),
    placeholderData: keepPreviousData,
  });
  const shown = useKept(answer.data);
  const model = useMemo(() => (shown ? modelOf(shown) : null), [shown]);
  const unread = isUnread(answer.error);
  return {
    shown,
    model,
    layout: useLayout(whole.data, shown),
    error: answer.error,
    unread,
    stale: unread || answer.isPlaceholderData,
    retry: () => void answer.refetch(),
    countCalls: async (other, signal) => {
      const asOther = { ...ask, filter: other || undefined, asked_by: "page" as const };
      const found = await api.services.graph(recording.id, asOther, { signal });
      return found.edges.reduce((sum, edge) => sum + edge.calls.count, 0);
    },
  };
}

/** For the status bar: how much there is, and what is not in the picture. */
export function facts(answer: ServiceGraph): string[] {
  const { nodes, edges, total_nodes, total_edges, counted } = answer;
  const left: string[] = [];
  if (nodes.length < total_nodes || edges.length < total_edges) {
    left.push(
      `${formatCount(total_nodes - nodes.length)} nodes and ${formatCount(total_edges - edges.length)} edges left out`,
    );
  }
  if (nodes.length > MAX_DRAWN) {
    left.push(`${formatCount(nodes.length - MAX_DRAWN)} nodes in the table only`);
  }
  if (counted.unnamed > 0) {
    left.push(`${formatCount(counted.unnamed)} calls name no other side`);
  }
  if (counted.orphans > 0) {
    left.push(`${formatCount(counted.orphans)} calls without their caller's span`);
  }
  return [
    `${formatCount(total_nodes)} nodes, ${formatCount(total_edges)} edges from ${formatCount(counted.spans)} spans in ${formatNanos(answer.query_ms * 1e6)}`,
    ...(left.length > 0 ? left : ["every span counted, none sampled"]),
  ];
}

/** The layout of the whole recording, with what only the range's answer has. */
function useLayout(whole: ServiceGraph | undefined, shown: ServiceGraph | undefined) {
  const source = useMemo(() => {
    if (!whole && !shown) return null;
    const answers = [whole, shown].filter((answer) => answer !== undefined);
    const weights = new Map<string, number>();
    const edges = new Map<string, Pick<EdgeModel, "id" | "from" | "to">>();
    for (const answer of answers) {
      for (const node of answer.nodes) {
        const id = nodeId(node.kind, node.name);
        const weight = node.answered.count + node.started.count;
        weights.set(id, Math.max(weights.get(id) ?? 0, weight));
      }
      for (const edge of answer.edges) {
        const id = edgeId(edge);
        const [from, to] = [nodeId(edge.from_kind, edge.from), nodeId(edge.to_kind, edge.to)];
        edges.set(id, { id, from, to });
      }
    }
    const drawn = [...weights]
      .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
      .slice(0, MAX_DRAWN)
      .map(([id]) => id);
    return { nodes: drawn.sort(), edges: [...edges.values()] };
  }, [whole, shown]);
  // Figures come and go; only other nodes and edges make another picture.
  const signature =
    source && JSON.stringify([source.nodes, source.edges.map(({ id }) => id).sort()]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the signature stands for the source
  return useMemo(() => source && layoutOf(source.nodes, source.edges), [signature]);
}
