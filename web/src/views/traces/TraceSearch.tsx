/** Finding traces: a filter, the values of what matches, and the traces as a list or merged into one picture. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api } from "@/api/endpoints";
import type { TraceOrder } from "@/api/types";
import { useParams } from "@/state/location";
import { useKept } from "@/state/useKept";
import { useWorkspace } from "@/state/workspace";
import { Segmented } from "@/ui/Segmented";
import { ViewTabs } from "@/ui/Tabs";
import { LinkButton, Toolbar, ToolbarLine } from "@/ui/Toolbar";
import { FacetColumn } from "@/views/shared/FacetColumn";
import { FilterField, FilterProblem, isUnread } from "@/views/shared/FilterField";
import { AggregateView } from "./AggregateView";
import { searchSpec } from "./params";
import { type Roots, rootsOf, withRoots } from "./roots";
import { TraceResults } from "./TraceResults";
import styles from "./TraceSearch.module.css";

const FACET_KEYS =
  "service,name,status,http.route,http.response.status_code,error.type,tenant.id,peer.service";

const ORDERS: readonly { value: TraceOrder; label: string }[] = [
  { value: "slowest", label: "Slowest" },
  { value: "newest", label: "Newest" },
  { value: "errors", label: "Most errors" },
];

const ROOT_CHOICES: readonly { value: Roots; label: string }[] = [
  { value: "requests", label: "Requests" },
  { value: "background", label: "Background" },
  { value: "all", label: "All" },
];

export function TraceSearch() {
  const { recording, range } = useWorkspace();
  const [{ view, q, order }, setParams] = useParams(searchSpec);
  const times = { start_ms: range.start, end_ms: range.end };
  const roots = rootsOf(q);
  const filter = (next: string) => setParams({ q: next }, "push");
  const facets = useQuery({
    queryKey: ["span-facets", recording.id, times, q],
    queryFn: ({ signal }) =>
      api.traces.facets(
        recording.id,
        { ...times, filter: q || undefined, keys: FACET_KEYS },
        { signal },
      ),
    placeholderData: keepPreviousData,
  });
  const unread = isUnread(facets.error);
  const keptFacets = useKept(facets.data);

  return (
    <>
      <Toolbar label="Traces">
        <ViewTabs
          label="View of the traces"
          value={view}
          tabs={[
            { value: "traces", label: "Traces" },
            { value: "aggregate", label: "Aggregate" },
          ]}
          onChange={(value) => setParams({ view: value })}
        />
        <ToolbarLine />
        <FilterField
          label="Filter traces by their spans"
          value={q}
          placeholder="service:api status:error duration>500ms"
          onApply={filter}
          className="grow"
        />
        <Segmented
          label="Traces of"
          value={roots}
          options={ROOT_CHOICES}
          onChange={(value) => filter(withRoots(q, value))}
        />
        {view === "traces" && (
          <Segmented
            label="Order"
            value={order}
            options={ORDERS}
            onChange={(value) => setParams({ order: value })}
          />
        )}
        <LinkButton />
      </Toolbar>
      {unread && <FilterProblem error={facets.error} />}
      <div className={styles.layout} data-stale={unread || undefined}>
        <FacetColumn
          facets={keptFacets}
          filter={q}
          onFilter={filter}
          label="Values of matching spans"
        />
        {view === "traces" ? (
          <TraceResults onFilter={filter} />
        ) : (
          <AggregateView onFilter={filter} />
        )}
      </div>
    </>
  );
}
