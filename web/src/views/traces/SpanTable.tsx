/** The spans of a trace as a table, in the order of the tree: the twin of the timeline. */
import { useState } from "react";
import { useWorkspace } from "@/state/workspace";
import { Swatch } from "@/ui/Chip";
import { type Column, DataTable, type Sort } from "@/ui/DataTable";
import { formatNanos } from "@/viz/format";
import { type Node, peerOf, type TraceTree } from "@/viz/traceModel";

export interface SpanTableProps {
  tree: TraceTree;
  matches: ReadonlySet<string> | null;
  selected: string;
  onSelect(span: string): void;
}

export function SpanTable({ tree, matches, selected, onSelect }: SpanTableProps) {
  const { serviceColor } = useWorkspace();
  const [sort, setSort] = useState<Sort | null>(null);
  const rows = matches ? tree.nodes.filter((node) => matches.has(node.span.span_id)) : tree.nodes;
  const columns: Column<Node>[] = [
    {
      id: "name",
      head: "Span",
      width: "minmax(0, 1fr)",
      cell: (node) => (
        <span style={{ paddingLeft: sort ? 0 : node.depth * 12 }}>
          <Swatch color={serviceColor(node.span.service)} /> {node.span.name}{" "}
          <span className="t3">{peerOf(node.span)}</span>
        </span>
      ),
      sortBy: (node) => node.span.name,
    },
    { id: "service", head: "Service", width: "160px", cell: (node) => node.span.service },
    { id: "kind", head: "Kind", width: "80px", cell: (node) => node.span.kind },
    { id: "status", head: "Status", width: "72px", cell: (node) => node.span.status },
    {
      id: "offset",
      head: "Starts at",
      width: "96px",
      align: "right",
      cell: (node) => formatNanos(node.span.offset_ns),
      sortBy: (node) => node.span.offset_ns,
    },
    {
      id: "duration",
      head: "Duration",
      width: "96px",
      align: "right",
      cell: (node) => formatNanos(node.span.duration_ns),
      sortBy: (node) => node.span.duration_ns,
    },
    {
      id: "self",
      head: "Self",
      width: "96px",
      align: "right",
      cell: (node) => formatNanos(node.selfNs),
      sortBy: (node) => node.selfNs,
    },
  ];
  return (
    <DataTable
      label="Spans of the trace"
      rows={rows}
      columns={columns}
      rowKey={(node) => node.span.span_id}
      rowHeight={24}
      selected={selected}
      onSelect={(node) => onSelect(node.span.span_id)}
      sort={sort}
      onSort={setSort}
    />
  );
}
