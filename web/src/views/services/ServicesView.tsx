/**
 * The services tool: who calls whom in the range, beside an earlier range if one wants; right of it the selected edge
 * over time. Everything stands where the whole recording puts it, so that ranges, filters and an incident that still
 * plays move nothing.
 */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useId, useMemo } from "react";
import { api } from "@/api/endpoints";
import type { ServiceGraph } from "@/api/types";
import { activePanel } from "@/state/activePanel";
import { useParams } from "@/state/location";
import type { Range } from "@/state/range";
import { useStatus } from "@/state/status";
import { useCommands } from "@/state/useCommand";
import { useKept } from "@/state/useKept";
import { useWorkspace } from "@/state/workspace";
import { Button } from "@/ui/Button";
import { SearchField } from "@/ui/Field";
import { Icon } from "@/ui/Icon";
import { Segmented } from "@/ui/Segmented";
import { Empty, ErrorState, Skeleton } from "@/ui/States";
import { ViewTabs } from "@/ui/Tabs";
import { LinkButton, Toolbar, ToolbarLine } from "@/ui/Toolbar";
import { CompareButton, ComparisonRow } from "@/views/shared/CompareBar";
import { FilterField, FilterProblem, isUnread } from "@/views/shared/FilterField";
import { NothingMatches } from "@/views/shared/NothingMatches";
import { useComparison } from "@/views/shared/useComparison";
import { formatCount, formatNanos, formatRange } from "@/viz/format";
import { ChangedEdges } from "./ChangedEdges";
import { EdgeTable } from "./EdgeTable";
import { GraphPicture } from "./GraphPicture";
import { layoutOf } from "./layout";
import {
  type EdgeModel,
  edgeId,
  type GraphModel,
  HEAT_STEPS,
  inOrder,
  modelOf,
  nodeId,
} from "./model";
import { type ColourBy, servicesSpec } from "./params";
import { EdgeDetail, NodeDetail } from "./SelectionDetail";
import styles from "./services.module.css";

const COLOUR_CHOICES: readonly { value: ColourBy; label: string }[] = [
  { value: "failed", label: "Failed" },
  { value: "duration", label: "Duration" },
  { value: "rate", label: "Rate" },
];

/** Nodes that are drawn; the table has the others. */
const MAX_DRAWN = 60;

export default function ServicesView() {
  const { recording, range, bounds } = useWorkspace();
  const [params, setParams] = useParams(servicesSpec);
  const { view, colour, q, sel, find, cfrom, cto } = params;
  const comparison = useComparison(cfrom, cto, setParams);
  const { earlier } = comparison;

  // What a person filters or compares is theirs; the graph that is there at once comes by itself.
  const asked_by: "person" | "page" =
    q === "" && earlier === null && view === "graph" ? "page" : "person";
  const ask = {
    start_ms: range.start,
    end_ms: range.end,
    filter: q || undefined,
    compare_start_ms: earlier?.start,
    compare_end_ms: earlier?.end,
    asked_by,
  };
  const answer = useQuery({
    queryKey: ["services", recording.id, ask],
    queryFn: ({ signal }) => api.services.graph(recording.id, ask, { signal }),
    placeholderData: keepPreviousData,
  });
  const everything = {
    start_ms: bounds.start,
    end_ms: bounds.end,
    asked_by: "page" as const,
  };
  const whole = useQuery({
    queryKey: ["services", recording.id, everything],
    queryFn: ({ signal }) => api.services.graph(recording.id, everything, { signal }),
    placeholderData: keepPreviousData,
  });

  const shown = useKept(answer.data);
  const model = useMemo(() => (shown ? modelOf(shown) : null), [shown]);
  const layout = useLayout(whole.data, shown);
  const unread = isUnread(answer.error);
  const ordered = useMemo(() => inOrder(model?.edges ?? []), [model]);

  const select = (id: string) => setParams({ sel: id });
  const step = (by: 1 | -1) => {
    const at = ordered.findIndex((edge) => edge.id === sel);
    const next = ordered[at < 0 ? (by > 0 ? 0 : ordered.length - 1) : at + by];
    if (next) select(next.id);
  };
  useCommands([
    command("previous", "Select the previous edge of the list", ",", () => step(-1)),
    command("next", "Select the next edge of the list", ".", () => step(1)),
  ]);
  useTableKey(() => setParams({ view: view === "graph" ? "table" : "graph" }), q);
  useStatus(shown ? facts(shown) : []);

  const edges = model?.edges ?? [];
  const isEmpty = model !== null && edges.every((edge) => edge.now.calls === 0) && !earlier;
  const leftOut = shown ? shown.total_edges - shown.edges.length : 0;
  return (
    <>
      <Toolbar label="Services">
        <ViewTabs
          label="View of the services"
          value={view}
          tabs={[
            { value: "graph", label: "Graph" },
            { value: "table", label: "Table" },
          ]}
          onChange={(value) => setParams({ view: value })}
        />
        <ToolbarLine />
        {view === "graph" && (
          <Segmented
            label="Colour by"
            value={colour}
            options={COLOUR_CHOICES}
            onChange={(value) => setParams({ colour: value })}
          />
        )}
        <FilterField
          label="Filter by the spans of a trace"
          value={q}
          placeholder="tenant.id:acme status:error"
          onApply={(filter) => setParams({ q: filter }, "push")}
          className={styles.filter}
        />
        {!earlier && <CompareButton comparison={comparison} />}
        <SearchField
          label="Find a service"
          value={find}
          onChange={(value) => setParams({ find: value })}
          placeholder="Find a service"
          className={styles.find}
        />
        <LinkButton />
      </Toolbar>
      <ComparisonRow
        comparison={comparison}
        note={view === "graph" ? "labels show what at least doubled, halved, or is new" : ""}
      />
      {unread && <FilterProblem error={answer.error} />}
      <div className={styles.layout} data-stale={unread || answer.isPlaceholderData || undefined}>
        <div className={styles.main}>
          {answer.error && !unread ? (
            <ErrorState error={answer.error} onRetry={() => void answer.refetch()} />
          ) : !model || !layout ? (
            unread ? null : (
              <Skeleton shape="rows" rows={12} />
            )
          ) : isEmpty && q !== "" ? (
            <NothingMatches
              noun="call"
              filter={q}
              onFilter={(filter) => setParams({ q: filter }, "push")}
              count={async (other, signal) => {
                const found = await api.services.graph(
                  recording.id,
                  { ...ask, filter: other || undefined, asked_by: "page" },
                  { signal },
                );
                return found.edges.reduce((sum, edge) => sum + edge.calls.count, 0);
              }}
            />
          ) : isEmpty && layout.nodes.size === 0 ? (
            <Empty title={`No span in ${formatRange(range)}`}>
              The graph is made from spans. Widen the range.
            </Empty>
          ) : view === "table" ? (
            <EdgeTable
              edges={edges.filter((edge) => isNamed(edge, find))}
              compared={earlier !== null}
              selected={sel}
              onSelect={select}
              leftOut={leftOut}
            />
          ) : (
            <>
              <GraphPicture
                layout={layout}
                nodes={new Map(model.nodes.map((node) => [node.id, node]))}
                edges={edges}
                colour={colour}
                selected={sel}
                find={find}
                onSelect={select}
              />
              <Key colour={colour} />
            </>
          )}
        </div>
        {model && (sel !== "" || (view === "graph" && !isEmpty)) && (
          <div className={styles.side} data-empty={sel === "" || undefined}>
            <Selection model={model} sel={sel} earlier={earlier} filter={q} onSelect={select} />
            {view === "graph" && (
              <ChangedEdges
                edges={edges}
                compared={earlier !== null}
                selected={sel}
                onSelect={select}
              />
            )}
          </div>
        )}
      </div>
    </>
  );
}

function isNamed(edge: EdgeModel, find: string): boolean {
  const wanted = find.trim().toLowerCase();
  return [edge.fromName, edge.toName].some((name) => name.toLowerCase().includes(wanted));
}

function command(id: string, title: string, key: string, run: () => void) {
  return { id: `services.${id}`, title, group: "In this tool" as const, keys: [key], run };
}

/** T shows the graph as a table and back, P pins it, wherever the pointer is. */
function useTableKey(toggle: () => void, filter: string): void {
  const id = useId();
  useEffect(() => {
    activePanel.set({
      id,
      toggleTable: toggle,
      pin: () => ({ text: "Who calls whom", query: filter || "graph" }),
    });
  });
  useEffect(
    () => () => {
      if (activePanel.get()?.id === id) activePanel.set(null);
    },
    [id],
  );
}

interface SelectionProps {
  model: GraphModel;
  sel: string;
  earlier: Range | null;
  filter: string;
  onSelect(id: string): void;
}

function Selection({ model, sel, earlier, filter, onSelect }: SelectionProps) {
  if (sel === "") return null;
  const onClose = () => onSelect("");
  const edge = model.edges.find((candidate) => candidate.id === sel);
  if (edge) {
    return <EdgeDetail key={sel} edge={edge} earlier={earlier} filter={filter} onClose={onClose} />;
  }
  const node = model.nodes.find((candidate) => candidate.id === sel);
  if (node) {
    return (
      <NodeDetail
        key={sel}
        node={node}
        edges={model.edges}
        earlier={earlier}
        filter={filter}
        onClose={onClose}
        onSelect={onSelect}
      />
    );
  }
  return (
    <Empty
      title="The selection has no calls in this range"
      actions={
        <Button small onPress={onClose}>
          Let go
        </Button>
      }
    />
  );
}

function Key({ colour }: { colour: ColourBy }) {
  const stroke = (token: string) => (
    <i className={styles.stroke} style={{ "--c": `var(${token})` } as React.CSSProperties} />
  );
  return (
    <div className={styles.key}>
      {colour === "failed" && (
        <>
          <span>{stroke("--error")} failed 10 % or more</span>
          <span>{stroke("--warn")} 2 % to 10 %</span>
          <span>{stroke("--line-3")} below 2 %</span>
        </>
      )}
      {colour === "duration" && (
        <span>
          p95 1 ms{" "}
          <span className={styles.heat}>
            {HEAT_STEPS.map((step) => (
              <i key={step} style={{ background: `var(--heat-${step})` }} />
            ))}
          </span>{" "}
          10 s and more
        </span>
      )}
      <span>Line width: calls per second, log</span>
      <span className="grow" />
      <span>
        <Icon name="outside" size={12} /> outside
      </span>
      <span>
        <Icon name="database" size={12} /> database
      </span>
      <span>
        <Icon name="cache" size={12} /> cache
      </span>
    </div>
  );
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

function facts(answer: ServiceGraph): string[] {
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
