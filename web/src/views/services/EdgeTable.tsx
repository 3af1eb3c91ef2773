/** The graph's twin: every edge with its figures, and beside them those of the earlier range. */
import { type ReactNode, useState } from "react";
import { type Column, DataTable, type Sort } from "@/ui/DataTable";
import { Empty } from "@/ui/States";
import { formatCount } from "@/viz/format";
import { type EdgeModel, type Figures, severityOf } from "./model";
import { changeText, formatNanosOrDash, formatRate, formatShare } from "./words";

export const KINDS: Record<EdgeModel["toKind"], string> = {
  clients: "outside",
  service: "service",
  peer: "outside",
  database: "database",
  cache: "cache",
  queue: "queue",
};

export interface EdgeTableProps {
  edges: readonly EdgeModel[];
  compared: boolean;
  selected: string;
  onSelect(id: string): void;
  /** How many edges the answer left out. */
  leftOut: number;
}

export function EdgeTable({ edges, compared, selected, onSelect, leftOut }: EdgeTableProps) {
  const [sort, setSort] = useState<Sort>({ column: "rate", descending: true });
  return (
    <DataTable
      label="Calls between services"
      rows={edges}
      columns={columnsOf(compared)}
      rowKey={(edge) => edge.id}
      selected={selected}
      onSelect={(edge) => onSelect(edge.id)}
      sort={sort}
      onSort={setSort}
      empty={<Empty title="No calls in this range" />}
      foot={
        leftOut > 0
          ? `${formatCount(leftOut)} more edges with fewer calls; a filter narrows the graph`
          : `${formatCount(edges.length)} edges`
      }
    />
  );
}

function columnsOf(compared: boolean): Column<EdgeModel>[] {
  return compared
    ? [...NAMES, RATE, beforeOf(RATE), FAILED, beforeOf(FAILED), P95, beforeOf(P95), CHANGE]
    : [...NAMES, KIND, RATE, FAILED, durationOf("p50"), P95, durationOf("p99")];
}

type Measured = Column<EdgeModel> & { of(figures: Figures): number | null };

function measure(
  id: string,
  head: string,
  width: string,
  of: (figures: Figures) => number | null,
  text: (figures: Figures) => ReactNode,
): Measured {
  return {
    id,
    head,
    width,
    align: "right",
    of,
    cell: (edge) => text(edge.now),
    sortBy: (edge) => of(edge.now),
  };
}

/** The same measure in the earlier range. */
function beforeOf(column: Measured): Column<EdgeModel> {
  return {
    id: `${column.id}-before`,
    head: "before",
    label: `${column.head} before`,
    width: column.width,
    align: "right",
    cell: (edge) =>
      edge.before && (
        <span className="t2">{column.cell({ ...edge, now: edge.before }, false)}</span>
      ),
    sortBy: (edge) => edge.before && column.of(edge.before),
  };
}

const RATE = measure(
  "rate",
  "Calls/s",
  "72px",
  (figures) => figures.rate,
  (figures) => formatRate(figures.rate),
);

const FAILED = measure(
  "failed",
  "Failed",
  "72px",
  (figures) => (figures.calls > 0 ? figures.failed : null),
  (figures) => {
    const severity = severityOf(figures.failed);
    return (
      <span className={severity === "none" ? undefined : severity}>
        {formatShare(figures.failed, figures.calls)}
      </span>
    );
  },
);

function durationOf(id: "p50" | "p95" | "p99"): Measured {
  const of = (figures: Figures) =>
    ({ p50: figures.p50Ns, p95: figures.p95Ns, p99: figures.p99Ns })[id];
  return measure(id, id, "84px", of, (figures) => formatNanosOrDash(of(figures)));
}

const P95 = durationOf("p95");

const NAMES: Column<EdgeModel>[] = [
  {
    id: "from",
    head: "Caller",
    width: "minmax(90px, 1fr)",
    cell: (edge) => <span title={edge.fromName}>{edge.fromName}</span>,
    sortBy: (edge) => edge.fromName,
  },
  {
    id: "to",
    head: "Callee",
    width: "minmax(90px, 1fr)",
    cell: (edge) => <span title={edge.toName}>{edge.toName}</span>,
    sortBy: (edge) => edge.toName,
  },
];

const KIND: Column<EdgeModel> = {
  id: "kind",
  head: "Kind",
  width: "84px",
  cell: (edge) => <span className="t3">{KINDS[edge.toKind]}</span>,
  sortBy: (edge) => edge.toKind,
};

const CHANGE: Column<EdgeModel> = {
  id: "change",
  head: "Greatest change",
  width: "118px",
  align: "right",
  cell: (edge) => edge.change && edge.before && changeText(edge.change, edge.now, edge.before),
  sortBy: (edge) => edge.change?.weight ?? null,
};
