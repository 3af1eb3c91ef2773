/**
 * All matching traces as one flame graph: where their time goes. A frame leads on to its traces, or becomes a part of
 * the filter. Beside an earlier range the colours say where a trace spends more time than then.
 */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { api } from "@/api/endpoints";
import type { TraceFlame } from "@/api/types";
import { withTerm } from "@/state/filterText";
import { useParams } from "@/state/location";
import { useStatus } from "@/state/status";
import { useKept } from "@/state/useKept";
import { useWorkspace } from "@/state/workspace";
import { Button } from "@/ui/Button";
import { type Column, DataTable, type Sort } from "@/ui/DataTable";
import { Panel } from "@/ui/Panel";
import { Segmented } from "@/ui/Segmented";
import { ErrorState, Skeleton } from "@/ui/States";
import { CompareButton, ComparisonRow } from "@/views/shared/CompareBar";
import { isUnread } from "@/views/shared/FilterField";
import { NothingMatches } from "@/views/shared/NothingMatches";
import { useComparison } from "@/views/shared/useComparison";
import type { FlameOptions } from "@/viz/FlameGraph";
import { formatCount, formatNanos, formatRange } from "@/viz/format";
import type { Frame } from "@/viz/traceModel";
import styles from "./AggregateView.module.css";
import { type AggregateFrame, aggregateOf, diffToken } from "./aggregate";
import { FlameFigure, flatten } from "./FlameFigure";
import { searchSpec } from "./params";

export function AggregateView({ onFilter }: { onFilter(filter: string): void }) {
  const { recording, range, serviceColor } = useWorkspace();
  const [{ q, frame: path, cfrom, cto }, setParams] = useParams(searchSpec);
  const comparison = useComparison(cfrom, cto, setParams);
  const { earlier } = comparison;
  const [measure, setMeasure] = useState<FlameOptions["measure"]>("total");
  const [focus, setFocus] = useState<Frame | null>(null);
  const ask = {
    start_ms: range.start,
    end_ms: range.end,
    filter: q || undefined,
    compare_start_ms: earlier?.start,
    compare_end_ms: earlier?.end,
  };
  const answer = useQuery({
    queryKey: ["trace-flame", recording.id, ask],
    queryFn: ({ signal }) => api.traces.flame(recording.id, ask, { signal }),
    placeholderData: keepPreviousData,
  });
  const kept = useKept(answer.data);
  const roots = useMemo(() => (kept ? aggregateOf(kept) : []), [kept]);
  const frames = useMemo(() => flatten(roots) as AggregateFrame[], [roots]);
  const selected = frames.find((frame) => frame.path === path) ?? null;
  const wholeNs = useMemo(
    () => roots.reduce((sum, root) => sum + Math.max(root.nowNs, root.beforeNs ?? 0), 0),
    [roots],
  );
  const select = (frame: Frame) => setParams({ frame: (frame as AggregateFrame).path });
  useStatus(kept ? facts(kept) : []);
  const unread = isUnread(answer.error);
  return (
    <div className={styles.view}>
      <ComparisonRow
        comparison={comparison}
        note="orange: more time in a trace than before, blue: less, grey: about equal"
      />
      <Panel
        title="Flame graph of all matching traces"
        unit={kept && takenText(kept)}
        className={styles.panel}
        scroll
        pin={() => ({
          text: `Flame graph of ${formatCount(kept?.merged.taken ?? 0)} traces in ${formatRange(range)}${selected ? `, ${describe(selected)}` : ""}`,
          query: q || "flame",
        })}
        actions={
          <>
            {!earlier && <CompareButton comparison={comparison} />}
            <Segmented
              label="Width of a frame"
              value={measure}
              options={[
                { value: "total", label: "Total" },
                { value: "self", label: "Self" },
              ]}
              onChange={setMeasure}
            />
          </>
        }
        table={() => (
          <FrameTable
            frames={frames}
            selected={path}
            onSelect={select}
            compared={earlier !== null}
          />
        )}
      >
        {answer.error && !unread ? (
          <ErrorState error={answer.error} onRetry={() => void answer.refetch()} />
        ) : !kept ? (
          unread ? null : (
            <Skeleton shape="rows" rows={10} />
          )
        ) : frames.length === 0 ? (
          <NothingMatches
            noun="trace"
            filter={q}
            onFilter={onFilter}
            count={(other, signal) =>
              api.traces
                .list(
                  recording.id,
                  {
                    start_ms: range.start,
                    end_ms: range.end,
                    filter: other || undefined,
                    limit: 1,
                  },
                  { signal },
                )
                .then((found) => found.total)
            }
          />
        ) : (
          <FlameFigure
            roots={roots}
            measure={measure}
            colorOf={(frame) =>
              earlier ? diffToken(frame as AggregateFrame, wholeNs) : serviceColor(frame.service)
            }
            selected={selected}
            onSelect={select}
            focus={focus}
            onFocus={setFocus}
            describe={(frame) => describe(frame as AggregateFrame)}
          />
        )}
      </Panel>
      {selected && (
        <div className={styles.foot} role="group" aria-label={`Frame ${selected.name}`}>
          <span className={styles.frame}>
            <b className="medium">{selected.name}</b> <span className="t3">{selected.service}</span>{" "}
            {figuresOf(selected)}
          </span>
          <span className="grow" />
          <Button
            small
            icon="traces"
            onPress={() =>
              setParams({ view: "traces", q: termsOf("", selected), frame: "" }, "push")
            }
          >
            Traces with this span
          </Button>
          <Button small icon="filter" onPress={() => onFilter(termsOf(q, selected))}>
            Add to the filter
          </Button>
        </div>
      )}
    </div>
  );
}

function termsOf(filter: string, frame: Frame): string {
  return withTerm(withTerm(filter, "service", frame.service), "name", frame.name);
}

/** How many traces the picture is of; taking fewer than match is said in a sentence. */
function takenText(answer: TraceFlame): string {
  const text = ({ traces, taken }: TraceFlame["merged"]) =>
    taken < traces
      ? `${formatCount(taken)} of ${formatCount(traces)}, taken evenly over time`
      : `${formatCount(taken)} traces`;
  const before = answer.merged_before;
  return before ? `${text(answer.merged)}, before ${text(before)}` : text(answer.merged);
}

function facts(answer: TraceFlame): string[] {
  const { merged, merged_before, frames, total_frames } = answer;
  const left: string[] = [];
  if (frames.length < total_frames) {
    left.push(`${formatCount(total_frames - frames.length)} small frames left out`);
  }
  const spans = merged.left_out + (merged_before?.left_out ?? 0);
  if (spans > 0)
    left.push(`${formatCount(spans)} spans left out: too deep, or in too long a trace`);
  if (merged.taken < merged.traces) {
    left.push(`${formatCount(merged.traces - merged.taken)} traces not taken`);
  }
  return [
    `${formatCount(merged.spans)} spans of ${formatCount(merged.taken)} traces in ${formatNanos(answer.query_ms * 1e6)}`,
    ...(left.length > 0 ? left : ["nothing left out"]),
  ];
}

function describe(frame: AggregateFrame): string {
  return `${frame.service} ${frame.name}: ${figuresOf(frame)}`;
}

function figuresOf(frame: AggregateFrame): string {
  const errors = frame.errors > 0 ? `, ${formatCount(frame.errors)} failed` : "";
  const figures = `${formatNanos(frame.totalNs)} in ${formatCount(frame.count)} spans, ${formatNanos(frame.selfNs)} of its own${errors}`;
  return frame.beforeNs === null
    ? figures
    : `${figures}; ${formatNanos(frame.nowNs)} a trace, before ${formatNanos(frame.beforeNs)}`;
}

interface FrameTableProps {
  frames: readonly AggregateFrame[];
  selected: string;
  onSelect(frame: Frame): void;
  compared: boolean;
}

function FrameTable({ frames, selected, onSelect, compared }: FrameTableProps) {
  const [sort, setSort] = useState<Sort>({ column: "self", descending: true });
  const figure = (
    id: string,
    head: string,
    of: (frame: AggregateFrame) => number | null,
    text: (value: number) => string = formatNanos,
  ): Column<AggregateFrame> => ({
    id,
    head,
    width: "104px",
    align: "right",
    cell: (frame) => {
      const value = of(frame);
      return value === null ? "" : text(value);
    },
    sortBy: of,
  });
  return (
    <DataTable<AggregateFrame>
      label="Frames of all matching traces"
      rows={frames}
      columns={[
        {
          id: "name",
          head: "Frame",
          width: "minmax(0, 1fr)",
          cell: (frame) => `${"  ".repeat(frame.depth)}${frame.name}`,
          sortBy: (frame) => frame.name,
        },
        { id: "service", head: "Service", width: "160px", cell: (frame) => frame.service },
        figure("spans", "Spans", (frame) => frame.count, formatCount),
        figure("total", "Total", (frame) => frame.totalNs),
        figure("self", "Self", (frame) => frame.selfNs),
        ...(compared
          ? [
              figure("now", "Self a trace", (frame) => frame.selfNowNs),
              figure("before", "before", (frame) => frame.selfBeforeNs),
              figure("change", "Change", (frame) => frame.selfNowNs - (frame.selfBeforeNs ?? 0)),
            ]
          : []),
      ]}
      rowKey={(frame) => frame.path}
      selected={selected}
      onSelect={onSelect}
      sort={sort}
      onSort={setSort}
    />
  );
}
