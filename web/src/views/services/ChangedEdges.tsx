/** The edges in the order of their greatest change; without a comparison the busiest ones. */
import { type Column, DataTable } from "@/ui/DataTable";
import { Panel } from "@/ui/Panel";
import { formatCount } from "@/viz/format";
import { type EdgeModel, inOrder } from "./model";
import styles from "./services.module.css";
import { changedFigures, changeText, formatNanosOrDash, formatRate, formatShare } from "./words";

export interface ChangedEdgesProps {
  edges: readonly EdgeModel[];
  compared: boolean;
  selected: string;
  onSelect(id: string): void;
}

export function ChangedEdges({ edges, compared, selected, onSelect }: ChangedEdgesProps) {
  return (
    <Panel
      title={compared ? "Edges that changed most" : "Busiest edges"}
      unit={formatCount(edges.length)}
      className={styles.changed}
      lined
    >
      <DataTable
        label={compared ? "Edges that changed most" : "Busiest edges"}
        rows={inOrder(edges)}
        columns={compared ? CHANGED : BUSIEST}
        rowKey={(edge) => edge.id}
        rowHeight={44}
        selected={selected}
        onSelect={(edge) => onSelect(edge.id)}
      />
    </Panel>
  );
}

const NAME: Column<EdgeModel> = {
  id: "edge",
  head: "Edge",
  width: "minmax(0, 1fr)",
  cell: (edge) => (
    <span className={styles.edgeName} title={`${edge.fromName} → ${edge.toName}`}>
      <span className="ellipsis">{edge.fromName}</span>
      <span className="ellipsis">
        <span className="t3">→</span> {edge.toName}
      </span>
    </span>
  ),
};

const BUSIEST: Column<EdgeModel>[] = [
  NAME,
  {
    id: "rate",
    head: "Calls/s",
    width: "64px",
    align: "right",
    cell: (edge) => formatRate(edge.now.rate),
  },
  {
    id: "failed",
    head: "Failed",
    width: "64px",
    align: "right",
    cell: (edge) => formatShare(edge.now.failed, edge.now.calls),
  },
  {
    id: "p95",
    head: "p95",
    width: "72px",
    align: "right",
    cell: (edge) => formatNanosOrDash(edge.now.p95Ns),
  },
];

function figuresOfChange(edge: EdgeModel): [string, string] {
  return edge.change && edge.before ? changedFigures(edge.change, edge.now, edge.before) : ["", ""];
}

const CHANGED: Column<EdgeModel>[] = [
  NAME,
  {
    id: "before",
    head: "Before",
    width: "74px",
    align: "right",
    cell: (edge) => <span className="t2">{figuresOfChange(edge)[0]}</span>,
  },
  {
    id: "now",
    head: "Now",
    width: "74px",
    align: "right",
    cell: (edge) => figuresOfChange(edge)[1],
  },
  {
    id: "change",
    head: "Change",
    width: "96px",
    align: "right",
    cell: (edge) => edge.change && edge.before && changeText(edge.change, edge.now, edge.before),
  },
];
