/** What fills one heap: types with how many there are, their own size, and what they retain. */
import type { HeapSummary } from "@/api/types";
import { type Column, DataTable, type Sort } from "@/ui/DataTable";
import { Empty } from "@/ui/States";
import { formatBytes, formatCount, formatPercent } from "@/viz/format";
import { leftOut } from "./ChangeTable";
import styles from "./heap.module.css";
import { named } from "./model";
import { readSort, writeSort } from "./sorting";
import { TypeName } from "./TypeName";

export interface SummaryTableProps {
  summary: HeapSummary;
  letter: string;
  find: string;
  sort: string;
  onSort(sort: string): void;
  selected: string;
  onSelect(type: string): void;
}

interface Row {
  type: string;
  count: number;
  own: number;
  retained: number;
}

const USUAL = "retained";

export function SummaryTable(props: SummaryTableProps) {
  const { summary, find, selected, onSelect } = props;
  const all = summary.classes.map(
    (row): Row => ({
      type: row.class,
      count: row.count,
      own: row.self_bytes,
      retained: row.retained_bytes,
    }),
  );
  const columns = columnsOf(summary.bytes);
  const sort = readSort(
    props.sort,
    USUAL,
    columns.map((column) => column.id),
  );
  return (
    <DataTable<Row>
      label={`Types at ${props.letter}`}
      rows={named(all, find)}
      columns={columns}
      rowKey={(row) => row.type}
      selected={selected}
      onSelect={(row) => onSelect(row.type)}
      sort={sort}
      onSort={(next: Sort) => props.onSort(writeSort(next, USUAL))}
      empty={<Empty title={`No type has ${find.trim()} in its name`} />}
      foot={
        <>
          <span>
            {leftOut(summary.total - summary.classes.length)}
            Retained sizes overlap: an owner retains what it owns.
          </span>
          <span>
            Heap <b className={styles.total}>{formatBytes(summary.bytes)}</b>
          </span>
        </>
      }
    />
  );
}

function columnsOf(bytes: number): Column<Row>[] {
  const share = (part: number) => (bytes === 0 ? 0 : part / bytes);
  return [
    {
      id: "type",
      head: "Type",
      width: "minmax(120px, 1fr)",
      cell: (row) => <TypeName name={row.type} />,
      sortBy: (row) => row.type.toLowerCase(),
    },
    {
      id: "count",
      head: "Objects",
      width: "84px",
      align: "right",
      cell: (row) => formatCount(row.count),
      sortBy: (row) => row.count,
    },
    {
      id: "own",
      head: "Shallow",
      width: "92px",
      align: "right",
      cell: (row) => <span className="t2">{formatBytes(row.own)}</span>,
      sortBy: (row) => row.own,
    },
    {
      id: "retained",
      head: "Retained",
      width: "168px",
      align: "right",
      cell: (row) => (
        <span className={styles.growth}>
          <span className="medium">{formatBytes(row.retained)}</span>
          <i className={styles.track}>
            <i style={{ width: `${share(row.retained) * 100}%`, background: "var(--s1)" }} />
          </i>
        </span>
      ),
      sortBy: (row) => row.retained,
    },
    {
      id: "share",
      head: "Of the heap",
      width: "92px",
      align: "right",
      cell: (row) => <span className="t2">{formatPercent(share(row.retained) * 100)}</span>,
      sortBy: (row) => row.retained,
    },
  ];
}
