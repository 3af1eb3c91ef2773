/** A panel with one chart over time: its states, legend, table twin, pin and the query behind it. */
import type { ReactNode } from "react";
import { toolHref, usePlace } from "@/state/location";
import { Legend } from "@/ui/Legend";
import { Panel } from "@/ui/Panel";
import { Empty, ErrorState, Skeleton } from "@/ui/States";
import {
  TimeSeries,
  type TimeSeriesProps,
  TimeSeriesTable,
  useCrosshairIndex,
} from "@/ui/TimeSeries";
import { formatValue } from "@/viz/format";
import type { RangeAnswer } from "./useRangeQueries";

export interface ChartPanelProps extends Omit<TimeSeriesProps, "label" | "times"> {
  title: string;
  unitText: string;
  answer: RangeAnswer;
  /** Shows a legend below with the value at the crosshair. */
  withLegend?: boolean;
  actions?: ReactNode;
  className?: string;
  /** Said when the recording has no such metric. */
  missing?: string | null;
}

export function ChartPanel(props: ChartPanelProps) {
  const { title, unitText, answer, withLegend, actions, className, missing, ...chart } = props;
  const href = useExplorerHref();
  const { times } = answer;
  return (
    <Panel
      title={title}
      unit={unitText}
      className={className}
      actions={actions}
      pin={missing ? undefined : () => ({ text: `${title}, ${unitText}`, query: answer.query })}
      table={
        missing
          ? undefined
          : () => (
              <TimeSeriesTable
                label={title}
                times={times}
                series={chart.series}
                unit={chart.unit}
                rightUnit={chart.rightUnit}
              />
            )
      }
      legend={withLegend && !missing && <ValueLegend times={times} {...chart} />}
      query={
        missing || !answer.query ? undefined : { text: answer.query, href: href(answer.query) }
      }
    >
      {missing ? (
        <Empty title={missing} />
      ) : answer.error && !answer.data ? (
        <ErrorState error={answer.error} onRetry={answer.refetch} />
      ) : !answer.data ? (
        <Skeleton shape="chart" />
      ) : chart.series.length === 0 ? (
        <Empty title="No samples in this range" />
      ) : (
        <TimeSeries {...chart} label={`${title}, ${unitText}`} times={times} stale={answer.stale} />
      )}
    </Panel>
  );
}

function ValueLegend({
  times,
  series,
  unit,
  stacked,
  marker,
}: { times: readonly number[] } & Pick<TimeSeriesProps, "series" | "unit" | "stacked" | "marker">) {
  const index = useCrosshairIndex(times, marker);
  return (
    <Legend
      items={series.map((s) => ({
        id: s.id,
        label: s.label,
        color: s.color,
        area: stacked && !s.overStack,
        value: formatValue(s.values[index], unit),
      }))}
    />
  );
}

/** The explorer's address for a query, with the range kept. */
export function useExplorerHref(): (query: string) => string {
  const place = usePlace();
  return (query) =>
    place ? toolHref(place, "metrics", { params: { tab: "explorer", q: query } }) : "";
}
