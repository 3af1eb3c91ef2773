/** One trace: identity and totals, its spans over time, the flame graph, and the selected span. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "@/api/endpoints";
import type { Trace } from "@/api/types";
import { useGoTo, useParams } from "@/state/location";
import { usePin } from "@/state/pin";
import { useStatus } from "@/state/status";
import { useCommands } from "@/state/useCommand";
import { useWorkspace } from "@/state/workspace";
import { Button, IconButton } from "@/ui/Button";
import { Chip } from "@/ui/Chip";
import { Checkbox, SearchField } from "@/ui/Field";
import { Banner, Empty, ErrorState, Skeleton } from "@/ui/States";
import { ViewTabs } from "@/ui/Tabs";
import { LinkButton, Toolbar } from "@/ui/Toolbar";
import { formatCount, formatNanos, formatTime, nanosToMillis } from "@/viz/format";
import { buildFlame, buildTree, type TraceTree } from "@/viz/traceModel";
import { traceSpec } from "./params";
import { SpanDetail } from "./SpanDetail";
import { SpanTable } from "./SpanTable";
import { TraceFlame } from "./TraceFlame";
import styles from "./TracePage.module.css";
import { TraceTimeline } from "./TraceTimeline";

export function TracePage({ traceId }: { traceId: string }) {
  const { recording } = useWorkspace();
  const goTo = useGoTo();
  const query = useQuery({
    queryKey: ["trace", recording.id, traceId],
    queryFn: ({ signal }) => api.traces.get(recording.id, traceId, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (query.error) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton shape="rows" rows={18} />;
  if (query.data.spans.length === 0) {
    return (
      <Empty
        title="This trace has no spans in the recording"
        actions={<Button onPress={() => goTo("traces")}>Back to the search</Button>}
      />
    );
  }
  return <LoadedTrace trace={query.data} />;
}

function LoadedTrace({ trace }: { trace: Trace }) {
  const [{ view, span: selectedId, find, critical }, setParams] = useParams(traceSpec);
  const tree = useMemo(() => buildTree(trace), [trace]);
  const flame = useMemo(() => buildFlame(tree), [tree]);
  const matches = useMemo(() => search(tree, find), [tree, find]);
  const selected = tree.byId.get(selectedId) ?? null;
  const select = (id: string | null) => setParams({ span: id ?? "" });
  useCommands([
    {
      id: "trace.previous",
      title: "Select the previous span",
      group: "In this tool",
      keys: [","],
      run: () => select(step(tree, matches, selectedId, -1)),
    },
    {
      id: "trace.next",
      title: "Select the next span",
      group: "In this tool",
      keys: ["."],
      run: () => select(step(tree, matches, selectedId, 1)),
    },
  ]);
  const share = trace.duration_ns > 0 ? (tree.criticalNs / trace.duration_ns) * 100 : 0;
  useStatus(
    [
      `${formatCount(trace.spans.length)} spans in ${formatNanos(trace.query_ms * 1e6)}`,
      critical ? `critical path ${formatNanos(tree.criticalNs)}, ${share.toFixed(1)} %` : "",
    ].filter(Boolean),
  );

  return (
    <>
      <Identity trace={trace} tree={tree} />
      <Toolbar label="Trace">
        <ViewTabs
          label="View of the trace"
          value={view}
          tabs={[
            { value: "timeline", label: "Timeline" },
            { value: "flame", label: "Flame graph" },
            { value: "spans", label: "Spans", count: formatCount(trace.spans.length) },
          ]}
          onChange={(value) => setParams({ view: value })}
        />
        <SearchField
          label="Find spans in this trace"
          value={find}
          onChange={(value) => setParams({ find: value })}
          placeholder="Find in names and attributes"
          className={styles.find}
        />
        {matches && (
          <span className="t3" aria-live="polite">
            {formatCount(matches.size)} of {formatCount(tree.nodes.length)}
          </span>
        )}
        <span className="grow" />
        <Checkbox checked={critical} onChange={(value) => setParams({ critical: value })}>
          Critical path
        </Checkbox>
        <LinkButton />
      </Toolbar>
      {trace.truncated && (
        <Banner tone="warn" title="Only a part of this trace is shown" flush>
          The first {formatCount(trace.spans.length)} spans are here; the rest is in the recording.
        </Banner>
      )}
      <div className={styles.layout}>
        <div className={view === "timeline" ? styles.split : styles.single}>
          {view === "timeline" && (
            <TraceTimeline
              tree={tree}
              durationNs={trace.duration_ns}
              selected={selectedId}
              matches={matches}
              critical={critical}
              onSelect={select}
            />
          )}
          {view !== "spans" && <TraceFlame roots={flame} selected={selected} onSelect={select} />}
          {view === "spans" && (
            <SpanTable tree={tree} matches={matches} selected={selectedId} onSelect={select} />
          )}
        </div>
        {selected && (
          <SpanDetail
            trace={trace}
            node={selected}
            criticalNs={tree.criticalNs}
            onClose={() => select(null)}
          />
        )}
      </div>
    </>
  );
}

function Identity({ trace, tree }: { trace: Trace; tree: TraceTree }) {
  const goTo = useGoTo();
  const pin = usePin();
  const root = tree.roots[0]?.span;
  const errors = trace.spans.filter((span) => span.status === "error").length;
  return (
    <header className={styles.identity}>
      <IconButton icon="left" label="Back to the search" onPress={() => window.history.back()} />
      <h2 className={styles.title}>
        <b>{root?.service}</b> {root?.name}
      </h2>
      <Chip mono>{trace.trace_id.slice(0, 12)}</Chip>
      <span className={styles.fact}>
        <b>{formatNanos(trace.duration_ns)}</b> duration
      </span>
      <span className={styles.fact}>
        <b>{formatCount(trace.spans.length)}</b> {trace.spans.length === 1 ? "span" : "spans"}
      </span>
      <span className={styles.fact}>
        <b>{trace.services.length}</b> {trace.services.length === 1 ? "service" : "services"}
      </span>
      {errors > 0 && (
        <Chip tone="error" icon="errorSign">
          {formatCount(errors)} {errors === 1 ? "error" : "errors"}
        </Chip>
      )}
      <span className={styles.fact}>
        started {formatTime(nanosToMillis(trace.start_unix_nano), "millis")}
      </span>
      <span className="grow" />
      <Button
        small
        icon="logs"
        onPress={() => goTo("logs", { params: { q: `trace_id:${trace.trace_id}` } })}
      >
        Logs {formatCount(trace.logs)}
      </Button>
      {pin && (
        <IconButton
          icon="pin"
          label="Pin this trace to the notebook"
          onPress={() =>
            pin({
              text: `Trace of ${root?.service} ${root?.name}, ${formatNanos(trace.duration_ns)}`,
              query: `trace_id:${trace.trace_id}`,
            })
          }
        />
      )}
    </header>
  );
}

/** Spans whose name, service or any attribute contains the text; null when nothing is searched. */
function search(tree: TraceTree, text: string): ReadonlySet<string> | null {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return null;
  const found = new Set<string>();
  for (const { span } of tree.nodes) {
    const attributes = Object.entries(span.attributes).map(([key, value]) => `${key}=${value}`);
    const haystack = [span.name, span.service, span.status_message, ...attributes];
    if (haystack.some((part) => part.toLowerCase().includes(wanted))) found.add(span.span_id);
  }
  return found;
}

/** The next span in the order of the tree, among the matches if there are any. */
function step(
  tree: TraceTree,
  matches: ReadonlySet<string> | null,
  from: string,
  by: 1 | -1,
): string | null {
  const order = tree.nodes
    .map((node) => node.span.span_id)
    .filter((id) => id === from || !matches || matches.has(id));
  const at = order.indexOf(from);
  const next = at < 0 ? (by > 0 ? 0 : order.length - 1) : at + by;
  return order[Math.min(Math.max(next, 0), order.length - 1)] ?? null;
}
