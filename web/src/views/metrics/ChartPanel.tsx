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
  /** Further answers that it draws; who pins the panel has seen them as well. */
  also?: readonly RangeAnswer[];
  /** Shows a legend below with the value at the crosshair. */
  withLegend?: boolean;
  actions?: ReactNode;
  className?: string;
  /** Said when the recording has no such metric. */
  missing?: string | null;
}

/** The queries behind what a panel shows, one a line. */
export function queryLines(answers: readonly RangeAnswer[]): string {
  return answers.flatMap(({ query }) => (query === "" ? [] : [query])).join("\n");
}

export function ChartPanel(props: ChartPanelProps) {
  const { title, unitText, answer, also, withLegend, actions, className, missing, ...chart } =
    props;
  const href = useExplorerHref();
  const { times } = answer;
  return (
    <Panel
      title={title}
      unit={unitText}
      className={className}
      actions={actions}
      pin={
        missing
          ? undefined
          : () => ({ text: `${title}, ${unitText}`, query: queryLines([answer, ...(also ?? [])]) })
      }
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
