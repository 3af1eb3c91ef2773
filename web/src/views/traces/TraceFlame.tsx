/**
 * The flame graph of a trace: spans of the same path merged. A press selects a frame's first span and
 * makes the frame fill the width; Esc goes back. Its table twin lists the frames.
 */
import { useMemo, useState } from "react";
import { useWorkspace } from "@/state/workspace";
import { type Column, DataTable } from "@/ui/DataTable";
import { Panel } from "@/ui/Panel";
import { Segmented } from "@/ui/Segmented";
import type { FlameOptions } from "@/viz/FlameGraph";
import { formatCount, formatNanos } from "@/viz/format";
import type { Frame, Node } from "@/viz/traceModel";
import { FlameFigure, flatten } from "./FlameFigure";

export interface TraceFlameProps {
  roots: readonly Frame[];
  selected: Node | null;
  onSelect(span: string): void;
}

export function TraceFlame({ roots, selected, onSelect }: TraceFlameProps) {
  const { serviceColor } = useWorkspace();
  const [measure, setMeasure] = useState<FlameOptions["measure"]>("total");
  const [focus, setFocus] = useState<Frame | null>(null);
  const frames = useMemo(() => flatten(roots), [roots]);
  const own = useMemo(
    () => frames.find((frame) => selected && frame.spans.includes(selected.span.span_id)) ?? null,
    [frames, selected],
  );
  return (
    <Panel
      title="Flame graph"
      unit={focus ? `zoomed to ${focus.name}` : "spans of one path merged"}
      scroll
      actions={
        <Segmented
          label="Width of a frame"
          value={measure}
          options={[
            { value: "total", label: "Total" },
            { value: "self", label: "Self" },
          ]}
          onChange={setMeasure}
        />
      }
      table={() => <FrameTable frames={frames} onSelect={onSelect} />}
    >
      <FlameFigure
        roots={roots}
        measure={measure}
        colorOf={(frame) => serviceColor(frame.service)}
        selected={own}
        onSelect={(frame) => frame.spans[0] && onSelect(frame.spans[0])}
        focus={focus}
        onFocus={setFocus}
        describe={describe}
      />
    </Panel>
  );
}

function describe(frame: Frame): string {
  const times = frame.spans.length > 1 ? `, ${formatCount(frame.spans.length)} spans` : "";
  const errors = frame.errors > 0 ? `, ${formatCount(frame.errors)} failed` : "";
  return `${frame.service} ${frame.name}: ${formatNanos(frame.totalNs)} in total, ${formatNanos(frame.selfNs)} of its own${times}${errors}`;
}

function FrameTable({
  frames,
  onSelect,
}: {
  frames: readonly Frame[];
  onSelect(span: string): void;
}) {
  const [sort, setSort] = useState({ column: "self", descending: true });
  const columns: Column<Frame>[] = [
    {
      id: "name",
      head: "Frame",
      width: "minmax(0, 1fr)",
      cell: (frame) => `${"  ".repeat(frame.depth)}${frame.name}`,
      sortBy: (frame) => frame.name,
    },
    { id: "service", head: "Service", width: "160px", cell: (frame) => frame.service },
    {
      id: "total",
      head: "Total",
      width: "96px",
      align: "right",
      cell: (frame) => formatNanos(frame.totalNs),
      sortBy: (frame) => frame.totalNs,
    },
    {
      id: "self",
      head: "Self",
      width: "96px",
      align: "right",
      cell: (frame) => formatNanos(frame.selfNs),
      sortBy: (frame) => frame.selfNs,
    },
    {
      id: "spans",
      head: "Spans",
      width: "72px",
      align: "right",
      cell: (frame) => formatCount(frame.spans.length),
      sortBy: (frame) => frame.spans.length,
    },
  ];
  return (
    <DataTable
      label="Frames"
      rows={frames}
      columns={columns}
      rowKey={(frame) => frame.spans[0] ?? frame.key}
      onSelect={(frame) => frame.spans[0] && onSelect(frame.spans[0])}
      sort={sort}
      onSort={setSort}
    />
  );
}
