/**
 * The services tool: who calls whom in the range, beside an earlier range if one wants; right of it the selected edge
 * over time. Everything stands where the whole recording puts it, so that ranges, filters and an incident that still
 * plays move nothing.
 */
import { useEffect, useId, useMemo } from "react";
import { activePanel } from "@/state/activePanel";
import { type HistoryMode, useParams } from "@/state/location";
import type { Range } from "@/state/range";
import { useStatus } from "@/state/status";
import type { ParamsOf } from "@/state/url";
import { useCommands } from "@/state/useCommand";
import { useWorkspace } from "@/state/workspace";
import { Button } from "@/ui/Button";
import { SearchField } from "@/ui/Field";
import { Icon } from "@/ui/Icon";
import { Segmented } from "@/ui/Segmented";
import { Empty, ErrorState, Skeleton } from "@/ui/States";
import { ViewTabs } from "@/ui/Tabs";
import { LinkButton, Toolbar, ToolbarLine } from "@/ui/Toolbar";
import { CompareButton, ComparisonRow } from "@/views/shared/CompareBar";
import { FilterField, FilterProblem } from "@/views/shared/FilterField";
import { NothingMatches } from "@/views/shared/NothingMatches";
import { type Comparison, useComparison } from "@/views/shared/useComparison";
import { formatRange } from "@/viz/format";
import { ChangedEdges } from "./ChangedEdges";
import { EdgeTable } from "./EdgeTable";
import { GraphPicture } from "./GraphPicture";
import { type EdgeModel, type GraphModel, HEAT_STEPS, inOrder } from "./model";
import { type ColourBy, servicesSpec } from "./params";
import { EdgeDetail, NodeDetail } from "./SelectionDetail";
import styles from "./services.module.css";
import { facts, useServices } from "./useServices";

const COLOUR_CHOICES: readonly { value: ColourBy; label: string }[] = [
  { value: "failed", label: "Failed" },
  { value: "duration", label: "Duration" },
  { value: "rate", label: "Rate" },
];

export default function ServicesView() {
  const { range } = useWorkspace();
  const [params, setParams] = useParams(servicesSpec);
  const { view, colour, q, sel, find, cfrom, cto } = params;
  const comparison = useComparison(cfrom, cto, setParams);
  const { earlier } = comparison;

  const services = useServices(q, earlier, view === "table");
  const { shown, model, layout, unread, error } = services;
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
      <ServicesToolbar params={params} setParams={setParams} comparison={comparison} />
      <ComparisonRow
        comparison={comparison}
        note={view === "graph" ? "labels show what at least doubled, halved, or is new" : ""}
      />
      {unread && <FilterProblem error={error} />}
      <div className={styles.layout} data-stale={services.stale || undefined}>
        <div className={styles.main}>
          {error && !unread ? (
            <ErrorState error={error} onRetry={services.retry} />
          ) : !model || !layout ? (
            unread ? null : (
              <Skeleton shape="rows" rows={12} />
            )
          ) : isEmpty && q !== "" ? (
            <NothingMatches
              noun="call"
              filter={q}
              onFilter={(filter) => setParams({ q: filter }, "push")}
              count={services.countCalls}
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

type Params = ParamsOf<typeof servicesSpec>;

interface ServicesToolbarProps {
  params: Params;
  setParams(patch: Partial<Params>, mode?: HistoryMode): void;
  comparison: Comparison;
}

function ServicesToolbar({ params, setParams, comparison }: ServicesToolbarProps) {
  const { view, colour, q, find } = params;
  return (
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
      {!comparison.earlier && <CompareButton comparison={comparison} />}
      <SearchField
        label="Find a service"
        value={find}
        onChange={(value) => setParams({ find: value })}
        placeholder="Find a service"
        className={styles.find}
      />
      <LinkButton />
    </Toolbar>
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
