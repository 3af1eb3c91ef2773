/** The series of a query: labels that tell them apart, first, value at the crosshair, highest. */
import { useMemo, useState } from "react";
import type { MetricsRange } from "@/api/types";
import { Swatch } from "@/ui/Chip";
import { type Column, DataTable, type Sort } from "@/ui/DataTable";
import { useCrosshairIndex } from "@/ui/TimeSeries";
import { formatTime, formatValue, type Unit } from "@/viz/format";
import type { Series } from "@/viz/TimeSeries";
import { peak, seriesName } from "./seriesOf";

export interface SeriesTableProps {
  times: readonly number[];
  series: readonly Series[];
  data: MetricsRange;
  unit: Unit;
  selected: string | null;
  onSelect(id: string | null): void;
  onHover(id: string | null): void;
}

export function SeriesTable({
  times,
  series,
  data,
  unit,
  selected,
  onSelect,
  onHover,
}: SeriesTableProps) {
  const [sort, setSort] = useState<Sort>({ column: "now", descending: true });
  const at = useCrosshairIndex(times);
  const now = times[at];
  const common = useMemo(() => commonLabels(data), [data]);
  const columns: Column<Series>[] = [
    {
      id: "series",
      head: common.text === "" ? "Series" : `Series, all with ${common.text}`,
      width: "minmax(0, 1fr)",
      sortBy: (s) => s.label,
      cell: (s) => (
        <span className="row">
          <Swatch color={s.color} line />
          <span className="mono ellipsis" title={s.label}>
            {common.shortNames.get(s.id) ?? s.label}
          </span>
        </span>
      ),
    },
    {
      id: "first",
      head: times[0] === undefined ? "First" : formatTime(times[0]),
      width: "92px",
      align: "right",
      sortBy: (s) => s.values[0] ?? null,
      cell: (s) => <span className="t2">{formatValue(s.values[0], unit)}</span>,
    },
    {
      id: "now",
      head: now === undefined ? "Last" : formatTime(now),
      width: "92px",
      align: "right",
      sortBy: (s) => s.values[at] ?? null,
      cell: (s) => formatValue(s.values[at], unit),
    },
    {
      id: "peak",
      head: "Highest",
      width: "92px",
      align: "right",
      sortBy: peak,
      cell: (s) => formatValue(peak(s), unit),
    },
  ];
  return (
    <DataTable
      label="Series"
      rows={series}
      rowKey={(s) => s.id}
      columns={columns}
      selected={selected ?? ""}
      onSelect={(s) => onSelect(s.id === selected ? null : s.id)}
      onHover={(s) => onHover(s?.id ?? null)}
      sort={sort}
      onSort={setSort}
      foot={`${series.length} series`}
    />
  );
}

/** Labels with one value in all series say nothing in a row; they are named once, in the head. */
function commonLabels(data: MetricsRange): { text: string; shortNames: Map<string, string> } {
  const [first, ...rest] = data.series;
  const shortNames = new Map<string, string>();
  if (!first || rest.length === 0) return { text: "", shortNames };
  const common = Object.entries(first.labels).filter(([key, value]) =>
    rest.every((series) => series.labels[key] === value),
  );
  for (const { labels } of data.series) {
    const own = Object.entries(labels).filter(([key]) => !common.some(([name]) => name === key));
    const name = own.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(", ");
    if (name !== "") shortNames.set(seriesName(labels), name);
  }
  return { text: seriesName(Object.fromEntries(common)).replace(/^value$/, ""), shortNames };
}
