/** Types in two snapshots: how many were freed, stayed and are new, and how much more they retain. */
import type { HeapDiff } from "@/api/types";
import { useMedia } from "@/state/useMedia";
import { type Column, DataTable, type Sort } from "@/ui/DataTable";
import { Empty } from "@/ui/States";
import { formatBytes, formatCount } from "@/viz/format";
import { GrowthBar } from "./GrowthBar";
import styles from "./heap.module.css";
import { type Change, changeOf, isSameLife, named, type Pair } from "./model";
import { readSort, writeSort } from "./sorting";
import { TypeName } from "./TypeName";
import { bytesChange, countChange, countOrDash } from "./words";

export interface ChangeTableProps {
  diff: HeapDiff;
  pair: Pair;
  find: string;
  sort: string;
  onSort(sort: string): void;
  selected: string;
  onSelect(type: string): void;
}

const USUAL = "growth";

export function ChangeTable(props: ChangeTableProps) {
  const { diff, pair, find, selected, onSelect } = props;
  const isNarrow = useMedia("(max-width: 1320px)");
  const rows = named(diff.classes.map(changeOf), find);
  const most = Math.max(...diff.classes.map((row) => Math.abs(changeOf(row).growth)), 1);
  const columns = columnsOf(pair, most, isNarrow);
  const sort = readSort(
    props.sort,
    USUAL,
    columns.map((column) => column.id),
  );
  return (
    <DataTable<Change>
      label={`Types at ${pair.from.letter} and at ${pair.to.letter}`}
      rows={rows}
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
            {leftOut(diff.total - diff.classes.length)}
            Retained sizes overlap: an owner retains what it owns.
          </span>
          <span>
            Heap <b className={styles.total}>{bytesChange(diff.to_bytes - diff.from_bytes)}</b>
          </span>
        </>
      }
    />
  );
}

export function leftOut(types: number): string {
  return types > 0 ? `${formatCount(types)} more types are not shown. ` : "";
}

function columnsOf(pair: Pair, most: number, isNarrow: boolean): Column<Change>[] {
  const flow = isSameLife(pair)
    ? [
        count("freed", "Freed", (row) => row.went),
        ...(isNarrow ? [] : [count("stayed", "Stayed", (row) => row.stayed)]),
        count("new", "New", (row) => row.came),
      ]
    : [];
  return [
    {
      id: "type",
      head: "Type",
      width: "minmax(120px, 1fr)",
      cell: (row) => <TypeName name={row.type} />,
      sortBy: (row) => row.type.toLowerCase(),
    },
    count("before", `At ${pair.from.letter}`, (row) => row.before),
    ...flow,
    count("after", `At ${pair.to.letter}`, (row) => row.after),
    ...(flow.length > 0
      ? []
      : [
          {
            id: "change",
            head: "Change",
            width: "84px",
            align: "right" as const,
            cell: (row: Change) => countChange(row.after - row.before),
            sortBy: (row: Change) => row.after - row.before,
          },
        ]),
    {
      id: "retained",
      head: "Retained",
      label: `Retained at ${pair.to.letter}`,
      width: "84px",
      align: "right",
      cell: (row) => <span className="t2">{formatBytes(row.retained)}</span>,
      sortBy: (row) => row.retained,
    },
    {
      id: "growth",
      head: "Retained change",
      width: isNarrow ? "126px" : "172px",
      align: "right",
      cell: (row) => <GrowthBar change={row} most={most} withBar={!isNarrow} />,
      sortBy: (row) => row.growth,
    },
  ];
}

function count(id: string, head: string, of: (row: Change) => number | null): Column<Change> {
  return {
    id,
    head,
    width: "66px",
    align: "right",
    cell: (row) => {
      const value = of(row);
      return <span className={value === 0 ? "t3" : undefined}>{countOrDash(value)}</span>;
    },
    sortBy: of,
  };
}
