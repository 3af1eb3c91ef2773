/**
 * `viz/TimeSeries` in the page: a focusable figure with a summary, a tooltip at the crosshair, arrows that
 * move it, a polite live region that reads at most once a second. The table twin is `TimeSeriesTable`;
 * give it to the panel's `table`.
 */
import { useCallback, useEffect, useRef, useState } from "react";
import { useWorkspace } from "@/state/workspace";
import { crosshair, moveCrosshair } from "@/viz/crosshair";
import { DASH, formatTime, formatValue, type Unit } from "@/viz/format";
import {
  TimeSeries as Chart,
  type CursorPlace,
  nearestIndex,
  type Series,
  type TimeSeriesEvents,
  type TimeSeriesOptions,
} from "@/viz/TimeSeries";
import { Swatch } from "./Chip";
import { DataTable } from "./DataTable";
import { Icon } from "./Icon";
import { Kbd } from "./Kbd";
import styles from "./TimeSeries.module.css";

const TOOLTIP_ROWS = 6;
const READ_EVERY_MS = 1_000;

export interface TimeSeriesProps extends Omit<TimeSeriesOptions, "range" | "bounds"> {
  /** The accessible name: what the chart shows, with its unit. */
  label: string;
  /** Named in the tooltip: "p95 at crosshair". */
  measure?: string;
  onSelect?(seriesId: string | null): void;
  onExemplar?(traceId: string): void;
  onFlag?(index: number): void;
  /** What Enter does, named in the tooltip. */
  action?: { label: string; run(timeMs: number): void };
  /** The line to highlight while a legend or a table row is hovered. */
  highlight?: string | null;
  /** Shown in place of the page's range; what is dragged over still becomes that. */
  over?: { start: number; end: number };
  /** The values are of the question before; shown paler until the answer is there. */
  stale?: boolean;
}

export function TimeSeries(props: TimeSeriesProps) {
  const { range, bounds, setRange } = useWorkspace();
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<Chart | null>(null);
  const [cursor, setCursor] = useState<CursorPlace | null>(null);
  const options: TimeSeriesOptions = { ...props, range: props.over ?? range, bounds };

  const events = useRef<TimeSeriesEvents>({});
  events.current = {
    onZoom: (next) => setRange(next),
    onSelect: props.onSelect,
    onExemplar: props.onExemplar,
    onFlag: props.onFlag,
    onCursor: setCursor,
  };

  const first = useRef(options);
  useEffect(() => {
    if (!host.current) return;
    const made = new Chart(host.current, first.current, () => events.current);
    chart.current = made;
    return () => made.destroy();
  }, []);

  // The chart compares by itself what a change needs; options are new on every render by design.
  useEffect(() => {
    chart.current?.update(options);
  });
  useEffect(() => chart.current?.highlight(props.highlight ?? null), [props.highlight]);

  const onKeyDown = (event: React.KeyboardEvent) => {
    const steps: Record<string, number> = {
      ArrowLeft: event.shiftKey ? -10 : -1,
      ArrowRight: event.shiftKey ? 10 : 1,
      Home: Number.NEGATIVE_INFINITY,
      End: Number.POSITIVE_INFINITY,
    };
    const by = steps[event.key];
    if (by !== undefined) {
      event.preventDefault();
      chart.current?.step(by);
    } else if (event.key === "Enter" && cursor && props.action) {
      event.preventDefault();
      props.action.run(cursor.timeMs);
    } else if (event.key === "Escape" && cursor) {
      event.preventDefault();
      if (chart.current) moveCrosshair(chart.current.name, null);
      setCursor(null);
    }
  };

  return (
    <figure
      className={styles.figure}
      data-stale={props.stale || undefined}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the chart's cursor moves by keys
      tabIndex={0}
      aria-label={`${props.label}. ${summary(props.series, props.unit)} Arrow keys move the cursor.`}
      aria-roledescription="chart"
      onKeyDown={onKeyDown}
    >
      <div className={styles.host} ref={host} />
      {cursor && (
        <Tip
          cursor={cursor}
          series={props.series}
          unit={props.unit}
          rightUnit={props.rightUnit}
          stacked={props.stacked}
          measure={props.measure}
          selected={props.selected ?? null}
          action={props.action?.label}
        />
      )}
      <LiveReading cursor={cursor} series={props.series} unit={props.unit} />
    </figure>
  );
}

interface TipProps {
  cursor: CursorPlace;
  series: readonly Series[];
  unit: Unit;
  rightUnit?: Unit;
  stacked?: boolean;
  measure?: string;
  selected: string | null;
  action?: string;
}

/** Time, measure, up to six values sorted; on the emptier side and never over the crosshair. */
function Tip(props: TipProps) {
  const { cursor, series, unit, rightUnit, stacked, measure, selected, action } = props;
  const rows = series
    .map((s) => ({ s, value: s.values[cursor.index] ?? null }))
    .filter((row) => row.value !== null)
    .sort(
      (a, b) =>
        Number(b.s.id === selected) - Number(a.s.id === selected) ||
        (b.value ?? 0) - (a.value ?? 0),
    );
  if (rows.length === 0) return null;
  const onRight = cursor.left < cursor.width / 2;
  const style = onRight ? { left: cursor.left + 14 } : { right: cursor.width - cursor.left + 14 };
  return (
    <div className={styles.tip} style={style} aria-hidden="true">
      <div className={styles.tipHead}>
        <span>{formatTime(cursor.timeMs, "seconds")}</span>
        {measure && <span>{measure}</span>}
      </div>
      {rows.slice(0, TOOLTIP_ROWS).map(({ s, value }) => (
        <div key={s.id} className={styles.tipRow} data-hot={s.id === selected || undefined}>
          <Swatch color={s.color} line={!stacked || s.overStack} />
          <span className="ellipsis">{s.label}</span>
          <b>{formatValue(value, s.right && rightUnit ? rightUnit : unit)}</b>
        </div>
      ))}
      {rows.length > TOOLTIP_ROWS && <div className="t3">{rows.length - TOOLTIP_ROWS} more</div>}
      {action && (
        <div className={styles.tipAction}>
          <Icon name="diamond" size={12} />
          <span>{action}</span>
          <Kbd>Enter</Kbd>
        </div>
      )}
    </div>
  );
}

/** Reads the values at the cursor to a screen reader, at most once a second. */
function LiveReading({
  cursor,
  series,
  unit,
}: {
  cursor: CursorPlace | null;
  series: readonly Series[];
  unit: Unit;
}) {
  const [reading, setReading] = useState("");
  const last = useRef(0);
  const say = useCallback(() => {
    if (!cursor) return "";
    const values = series
      .slice(0, 3)
      .map((s) => `${s.label} ${formatValue(s.values[cursor.index], unit)}`)
      .join(", ");
    return `${formatTime(cursor.timeMs, "seconds")}: ${values}`;
  }, [cursor, series, unit]);
  useEffect(() => {
    const wait = Math.max(0, last.current + READ_EVERY_MS - performance.now());
    const timer = setTimeout(() => {
      last.current = performance.now();
      setReading(say());
    }, wait);
    return () => clearTimeout(timer);
  }, [say]);
  return (
    <div className="visually-hidden" aria-live="polite">
      {reading}
    </div>
  );
}

function summary(series: readonly Series[], unit: Unit): string {
  if (series.length === 0) return "No series.";
  let top: { label: string; value: number } | null = null;
  for (const s of series) {
    for (const value of s.values) {
      if (value !== null && (!top || value > top.value)) top = { label: s.label, value };
    }
  }
  const count = series.length === 1 ? "One series" : `${series.length} series`;
  return top
    ? `${count}, highest ${formatValue(top.value, unit)} (${top.label}).`
    : `${count}, no values.`;
}

export interface TimeSeriesTableProps {
  label: string;
  times: readonly number[];
  series: readonly Series[];
  unit: Unit;
  rightUnit?: Unit;
}

interface Sample {
  timeMs: number;
  index: number;
}

/** The chart's twin: one row a sample. */
export function TimeSeriesTable({ label, times, series, unit, rightUnit }: TimeSeriesTableProps) {
  const rows = times.map((timeMs, index): Sample => ({ timeMs, index }));
  return (
    <DataTable<Sample>
      label={`${label}, as a table`}
      rows={rows}
      rowKey={(row) => String(row.timeMs)}
      rowHeight={24}
      columns={[
        {
          id: "time",
          head: "Time",
          width: "84px",
          cell: (row) => <span className="t2">{formatTime(row.timeMs, "seconds")}</span>,
        },
        ...series.map((s) => ({
          id: s.id,
          head: s.label,
          width: "minmax(88px, 1fr)",
          align: "right" as const,
          cell: (row: Sample) => {
            const value = s.values[row.index];
            return value === null || value === undefined ? (
              <span className="t3">{DASH}</span>
            ) : (
              formatValue(value, s.right && rightUnit ? rightUnit : unit)
            );
          },
        })),
      ]}
      foot={<span>{`${rows.length} samples`}</span>}
    />
  );
}

/** The index of the shared crosshair in `times`; null while there is none. */
export function useCrosshairSample(times: readonly number[]): number | null {
  const [index, setIndex] = useState<number | null>(null);
  useEffect(() => {
    const read = () => {
      const time = crosshair.get()?.timeMs;
      setIndex(time === undefined || times.length === 0 ? null : nearestIndex(times, time));
    };
    read();
    return crosshair.subscribe(read);
  }, [times]);
  return index;
}

/** For legends: the sample at the crosshair, else at the marked instant, else the last one. */
export function useCrosshairIndex(times: readonly number[], marker?: number | null): number {
  const at = useCrosshairSample(times);
  if (at !== null) return at;
  return marker === null || marker === undefined ? times.length - 1 : nearestIndex(times, marker);
}
