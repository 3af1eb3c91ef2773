/** All metrics of the recording, to pick from. */
import { useMemo, useState } from "react";
import type { MetricName } from "@/api/types";
import { DataTable } from "@/ui/DataTable";
import { SearchField } from "@/ui/Field";
import { MiddleEllipsis } from "@/ui/MiddleEllipsis";
import { Empty, Skeleton } from "@/ui/States";
import { formatCount } from "@/viz/format";
import styles from "./Explorer.module.css";

export interface MetricListProps {
  names: readonly MetricName[] | null;
  /** The query, to mark the metric that it asks for. */
  current: string;
  onTake(metric: MetricName): void;
}

export function MetricList({ names, current, onTake }: MetricListProps) {
  const [filter, setFilter] = useState("");
  const shown = useMemo(() => {
    const words = filter.toLowerCase().split(/\s+/);
    return (names ?? []).filter((metric) => words.every((word) => metric.name.includes(word)));
  }, [names, filter]);
  const selected = shown.find((metric) => new RegExp(`\\b${metric.name}\\b`).test(current))?.name;
  return (
    <div className={styles.list}>
      <div className={styles.filter}>
        <SearchField
          label="Filter metrics"
          placeholder="Filter metrics"
          value={filter}
          onChange={setFilter}
        />
      </div>
      {names === null ? (
        <Skeleton shape="rows" rows={12} />
      ) : (
        <DataTable
          label="Metrics"
          rows={shown}
          rowKey={(metric) => metric.name}
          selected={selected ?? ""}
          onSelect={() => {}}
          onOpen={onTake}
          columns={[
            {
              id: "name",
              head: "Metric",
              width: "minmax(0, 1fr)",
              cell: (metric) => (
                <button
                  type="button"
                  tabIndex={-1}
                  className={styles.take}
                  title={`${metric.name}\n${metric.type}${metric.help ? `: ${metric.help}` : ""}`}
                  onClick={() => onTake(metric)}
                >
                  <MiddleEllipsis text={metric.name} tail={24} />
                </button>
              ),
            },
            {
              id: "series",
              head: "Series",
              width: "62px",
              align: "right",
              cell: (metric) => <span className="t3 small">{formatCount(metric.series)}</span>,
            },
          ]}
          empty={<Empty title={`No metric has “${filter}” in its name`} />}
          foot={`${shown.length} of ${names.length} metrics`}
        />
      )}
    </div>
  );
}
