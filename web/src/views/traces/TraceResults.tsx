/** The traces that match: their durations as points over time, and the list. */
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { api } from "@/api/endpoints";
import { toolHref, useGoTo, useParams, usePlace } from "@/state/location";
import { useStatus } from "@/state/status";
import { useKept } from "@/state/useKept";
import { useWorkspace } from "@/state/workspace";
import { DataTable } from "@/ui/DataTable";
import { Panel } from "@/ui/Panel";
import { ErrorState, Skeleton } from "@/ui/States";
import { isUnread } from "@/views/shared/FilterField";
import { NothingMatches } from "@/views/shared/NothingMatches";
import { formatCount, formatNanos } from "@/viz/format";
import { DurationScatter } from "./DurationScatter";
import { searchSpec } from "./params";
import { type Roots, rootsOf } from "./roots";
import styles from "./TraceSearch.module.css";
import { traceColumns } from "./traceColumns";

const PAGE = 100;
const POINTS = 3000;

const LEFT_OUT: Record<Roots, string | null> = {
  requests: "background traces left out by the filter",
  background: "requests left out by the filter",
  all: null,
};

export function TraceResults({ onFilter: filter }: { onFilter(filter: string): void }) {
  const { recording, range, setRange, serviceColor } = useWorkspace();
  const [{ q, order }] = useParams(searchSpec);
  const goTo = useGoTo();
  const [hovered, setHovered] = useState<string | null>(null);
  const times = { start_ms: range.start, end_ms: range.end };
  const roots = rootsOf(q);

  const list = useInfiniteQuery({
    queryKey: ["traces", recording.id, times, q, order],
    queryFn: ({ pageParam, signal }) =>
      api.traces.list(
        recording.id,
        { ...times, filter: q || undefined, order, limit: PAGE, cursor: pageParam ?? undefined },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });
  const scatter = useQuery({
    queryKey: ["scatter", recording.id, times, q],
    queryFn: ({ signal }) =>
      api.traces.scatter(
        recording.id,
        { ...times, filter: q || undefined, limit: POINTS },
        { signal },
      ),
    placeholderData: keepPreviousData,
  });
  const unread = isUnread(list.error);
  const pages = useKept(list.data);
  const points = useKept(scatter.data);
  const rows = useMemo(() => pages?.pages.flatMap((page) => page.traces) ?? [], [pages]);
  const total = pages?.pages[0]?.total ?? 0;
  const longest = useMemo(() => Math.max(...rows.map((row) => row.duration_ns), 1), [rows]);
  const place = usePlace();
  const columns = traceColumns({
    longest,
    serviceColor,
    href: (trace) => (place ? toolHref(place, "traces", { rest: trace }) : ""),
  });
  const open = (trace: string) => goTo("traces", { rest: trace });
  const reduced = points && points.shown < points.total;
  useStatus(
    list.data
      ? [
          `${formatCount(total)} traces in ${formatNanos((list.data.pages[0]?.query_ms ?? 0) * 1e6)}`,
          ...(reduced
            ? [
                `${formatCount(points.shown)} of ${formatCount(points.total)} points drawn, slowest and failed kept`,
              ]
            : []),
          ...(LEFT_OUT[roots] ? [LEFT_OUT[roots]] : reduced ? [] : ["nothing left out"]),
        ]
      : [],
  );

  return (
    <div className={styles.main}>
      <Panel
        title="Duration"
        unit={`of each ${scatterOf(q)}, log scale`}
        className={styles.scatter}
        pin={() => ({
          text: q
            ? `Traces matching ${q}: ${formatCount(total)}`
            : `All traces: ${formatCount(total)}`,
          query: q,
        })}
      >
        {points ? (
          <DurationScatter
            points={points}
            range={range}
            highlighted={hovered}
            onOpen={open}
            onBox={(box) => {
              setRange({ start: box.start, end: box.end });
              if (box.minNs > 0) filter(withDuration(q, box.minNs, box.maxNs));
            }}
          />
        ) : (
          <Skeleton shape="chart" />
        )}
      </Panel>
      <Panel title="Traces" unit={`${formatCount(total)} match`} className={styles.list}>
        {list.error && !unread ? (
          <ErrorState error={list.error} onRetry={() => void list.refetch()} />
        ) : !pages ? (
          unread ? null : (
            <Skeleton shape="rows" rows={12} />
          )
        ) : (
          <DataTable
            label="Traces"
            rows={rows}
            columns={columns}
            rowKey={(row) => row.trace_id}
            onOpen={(row) => open(row.trace_id)}
            onHover={(row) => setHovered(row?.trace_id ?? null)}
            onEnd={() => list.hasNextPage && !list.isFetchingNextPage && list.fetchNextPage()}
            empty={
              <NothingMatches
                noun="trace"
                filter={q}
                onFilter={filter}
                count={(other, signal) =>
                  api.traces
                    .list(
                      recording.id,
                      { ...times, filter: other || undefined, limit: 1 },
                      { signal },
                    )
                    .then((answer) => answer.total)
                }
              />
            }
            foot={
              rows.length < total
                ? `${formatCount(rows.length)} of ${formatCount(total)} shown; scroll for more`
                : undefined
            }
          />
        )}
      </Panel>
    </div>
  );
}

/** What the points of the scatter are. */
function scatterOf(filter: string): string {
  const roots = rootsOf(filter);
  if (roots === "requests") return "request";
  if (roots === "background") return "background root span";
  return filter ? "matching span" : "root span";
}

/** The filter with a duration range in place of the ones it had. */
function withDuration(filter: string, minNs: number, maxNs: number): string {
  const without = filter.replace(/(^|\s)duration[<>]=?\S+/g, "").trim();
  const ms = (ns: number) => `${Number((ns / 1e6).toPrecision(3))}ms`;
  const kept = without === "" ? "" : `${without} `;
  return `${kept}duration>=${ms(minNs)} duration<=${ms(maxNs)}`;
}
