/** The logs tool: a filter, lines over time by level, patterns, and the lines themselves. */
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "@/api/endpoints";
import { useParams } from "@/state/location";
import { useStatus } from "@/state/status";
import { oneOf, text } from "@/state/url";
import { useKept } from "@/state/useKept";
import { useWorkspace } from "@/state/workspace";
import { Panel } from "@/ui/Panel";
import { Segmented } from "@/ui/Segmented";
import { ErrorState, Skeleton } from "@/ui/States";
import { LinkButton, Toolbar } from "@/ui/Toolbar";
import { FacetColumn } from "@/views/shared/FacetColumn";
import { FilterField, FilterProblem, isUnread } from "@/views/shared/FilterField";
import { NothingMatches } from "@/views/shared/NothingMatches";
import { formatCount, formatNanos } from "@/viz/format";
import { LogHistogram } from "./LogHistogram";
import { LogList } from "./LogList";
import styles from "./LogsView.module.css";
import { PatternTable } from "./PatternTable";

const spec = {
  q: text(),
  view: oneOf(["lines", "patterns"], "lines"),
  order: oneOf(["newest", "oldest"], "newest"),
  line: text(),
};

const PAGE = 200;
const BUCKETS = 120;
const FACET_KEYS = "level,service,error.type,http.route,tenant.id,target";

export default function LogsView() {
  const { recording, range, setRange } = useWorkspace();
  const [{ q, view, order, line }, setParams] = useParams(spec);
  const times = { start_ms: range.start, end_ms: range.end };
  const filter = q || undefined;
  const setFilter = (next: string) => setParams({ q: next, line: "" }, "push");

  const list = useInfiniteQuery({
    queryKey: ["logs", recording.id, times, q, order],
    queryFn: ({ pageParam, signal }) =>
      api.logs.list(
        recording.id,
        { ...times, filter, order, limit: PAGE, cursor: pageParam ?? undefined },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });
  const histogram = useQuery({
    queryKey: ["log-histogram", recording.id, times, q],
    queryFn: ({ signal }) =>
      api.logs.histogram(recording.id, { ...times, filter, buckets: BUCKETS }, { signal }),
    placeholderData: keepPreviousData,
  });
  const patterns = useQuery({
    queryKey: ["log-patterns", recording.id, times, q],
    queryFn: ({ signal }) => api.logs.patterns(recording.id, { ...times, filter }, { signal }),
    placeholderData: keepPreviousData,
    enabled: view === "patterns",
  });
  const facets = useQuery({
    queryKey: ["log-facets", recording.id, times, q],
    queryFn: ({ signal }) =>
      api.logs.facets(recording.id, { ...times, filter, keys: FACET_KEYS }, { signal }),
    placeholderData: keepPreviousData,
  });

  const unread = isUnread(list.error);
  const pages = useKept(list.data);
  const kept = {
    histogram: useKept(histogram.data),
    patterns: useKept(patterns.data),
    facets: useKept(facets.data),
  };
  const lines = useMemo(() => pages?.pages.flatMap((page) => page.logs) ?? [], [pages]);
  const total = pages?.pages[0]?.total ?? 0;
  useStatus(
    list.data
      ? [
          `${formatCount(total)} lines in ${formatNanos((list.data.pages[0]?.query_ms ?? 0) * 1e6)}`,
          lines.length < total
            ? `${formatCount(lines.length)} loaded, counts are from all`
            : "nothing left out",
        ]
      : [],
  );

  return (
    <>
      <Toolbar label="Logs">
        <FilterField
          label="Filter log lines"
          value={q}
          placeholder={'level:error service:api "timeout"'}
          onApply={setFilter}
          className="grow"
        />
        <Segmented
          label="View"
          value={view}
          options={[
            { value: "lines", label: "Lines" },
            { value: "patterns", label: "Patterns" },
          ]}
          onChange={(value) => setParams({ view: value })}
        />
        {view === "lines" && (
          <Segmented
            label="Order"
            value={order}
            options={[
              { value: "newest", label: "Newest" },
              { value: "oldest", label: "Oldest" },
            ]}
            onChange={(value) => setParams({ order: value })}
          />
        )}
        <LinkButton />
      </Toolbar>
      {unread && <FilterProblem error={list.error} />}
      <div className={styles.layout} data-stale={unread || undefined}>
        <FacetColumn
          facets={kept.facets}
          filter={q}
          onFilter={setFilter}
          label="Values of matching lines"
        />
        <div className={styles.main}>
          <Panel
            title="Lines"
            unit={`${formatCount(kept.histogram?.total ?? 0)} match, by level`}
            className={styles.histogram}
            pin={() => ({
              text: q
                ? `Log lines matching ${q}: ${formatCount(total)}`
                : `All log lines: ${formatCount(total)}`,
              query: q,
            })}
          >
            {kept.histogram ? (
              <LogHistogram
                histogram={kept.histogram}
                range={range}
                onRange={(start, end) => setRange({ start, end })}
              />
            ) : (
              <Skeleton shape="chart" />
            )}
          </Panel>
          {view === "patterns" ? (
            <Panel title="Patterns" unit="digits and ids masked" className={styles.list}>
              {patterns.error && !unread ? (
                <ErrorState error={patterns.error} onRetry={() => void patterns.refetch()} />
              ) : kept.patterns ? (
                <PatternTable
                  patterns={kept.patterns.patterns}
                  total={kept.patterns.total}
                  lines={kept.histogram?.total ?? 0}
                />
              ) : (
                <Skeleton shape="rows" rows={10} />
              )}
            </Panel>
          ) : (
            <section className={styles.list} aria-label="Log lines">
              {list.error && !unread ? (
                <ErrorState error={list.error} onRetry={() => void list.refetch()} />
              ) : !pages ? (
                unread ? null : (
                  <Skeleton shape="rows" rows={16} />
                )
              ) : lines.length === 0 ? (
                <NothingMatches
                  noun="log line"
                  filter={q}
                  onFilter={setFilter}
                  count={(other, signal) =>
                    api.logs
                      .histogram(
                        recording.id,
                        { ...times, filter: other || undefined, buckets: 1 },
                        { signal },
                      )
                      .then((answer) => answer.total)
                  }
                />
              ) : (
                <LogList
                  lines={lines}
                  total={total}
                  filter={q}
                  open={line}
                  onOpen={(id) => setParams({ line: id })}
                  onFilter={setFilter}
                  onEnd={() => list.hasNextPage && !list.isFetchingNextPage && list.fetchNextPage()}
                />
              )}
            </section>
          )}
        </div>
      </div>
    </>
  );
}
