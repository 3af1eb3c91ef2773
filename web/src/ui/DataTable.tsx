/**
 * A table for any number of rows: only the visible ones are in the page. One tab stop, and one more for the
 * links of the row at the cursor; arrows, Page keys, Home and End move the cursor, Enter opens. The sorted
 * column is bright with an arrow. What is not shown belongs into `foot`.
 */
import { useVirtualizer } from "@tanstack/react-virtual";
import {
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
} from "react";
import { cx } from "./cx";
import styles from "./DataTable.module.css";

export interface Column<R> {
  id: string;
  head: ReactNode;
  /** `atCursor` is for what a row lets one press: it is a tab stop only in the row at the cursor. */
  cell(row: R, atCursor: boolean): ReactNode;
  /** A grid track: "minmax(0, 1fr)", "80px". */
  width: string;
  align?: "left" | "right" | "center";
  /** Makes the column sortable, largest first at the first press. */
  sortBy?(row: R): number | string | null;
  /** The accessible name where the head is not plain text. */
  label?: string;
}

export interface Sort {
  column: string;
  descending: boolean;
}

export interface DataTableProps<R> {
  label: string;
  rows: readonly R[];
  columns: readonly Column<R>[];
  rowKey(row: R): string;
  rowHeight?: 24 | 28 | 44 | 54;
  selected?: string | null;
  /** The cursor moved to a row, by click or key. */
  onSelect?(row: R): void;
  /** Enter or double click. */
  onOpen?(row: R): void;
  onHover?(row: R | null): void;
  /** Sorting in the page. Leave out to keep the order that the server gave. */
  sort?: Sort | null;
  onSort?(sort: Sort): void;
  foot?: ReactNode;
  /** Called when the last rows come into view, to load more. */
  onEnd?(): void;
  empty?: ReactNode;
}

export function DataTable<R>(props: DataTableProps<R>) {
  const { rows, columns, rowKey, rowHeight = 28, sort, onSelect, onOpen } = props;
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const sorted = useSorted(rows, columns, sort ?? null);
  const [cursor, setCursor] = useState(-1);
  const selectedIndex = useMemo(
    () => (props.selected == null ? -1 : sorted.findIndex((row) => rowKey(row) === props.selected)),
    [sorted, props.selected, rowKey],
  );
  const active = cursor >= 0 && cursor < sorted.length ? cursor : selectedIndex;

  const virtual = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? -1;
  const { onEnd } = props;
  useEffect(() => {
    if (onEnd && lastShown >= 0 && lastShown >= sorted.length - 1) onEnd();
  }, [onEnd, lastShown, sorted.length]);

  const go = (index: number) => {
    const next = Math.min(Math.max(index, 0), sorted.length - 1);
    const row = sorted[next];
    if (row === undefined) return;
    setCursor(next);
    virtual.scrollToIndex(next);
    onSelect?.(row);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 280) / rowHeight) - 1);
    const moves: Record<string, number> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: sorted.length - 1,
    };
    const to = moves[event.key];
    if (to !== undefined && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      go(to);
    } else if (event.key === "Enter" && sorted[active] !== undefined) {
      event.preventDefault();
      onOpen?.(sorted[active]);
    }
  };

  const template = { gridTemplateColumns: columns.map((c) => c.width).join(" ") };
  const rowId = (index: number) => `${id}-row-${index}`;

  return (
    <div className={styles.table}>
      <div
        role="grid"
        aria-label={props.label}
        aria-rowcount={sorted.length + 1}
        aria-colcount={columns.length}
        aria-activedescendant={active >= 0 ? rowId(active) : undefined}
        tabIndex={0}
        className={styles.grid}
        ref={scroller}
        onKeyDown={onKeyDown}
      >
        <div role="row" aria-rowindex={1} className={styles.head} style={template} tabIndex={-1}>
          {columns.map((column) => (
            <HeadCell key={column.id} column={column} sort={sort ?? null} onSort={props.onSort} />
          ))}
        </div>
        {sorted.length === 0 && props.empty}
        <div role="rowgroup" className={styles.rows} style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const row = sorted[item.index] as R;
            const key = rowKey(row);
            const isSelected =
              props.selected != null ? key === props.selected : item.index === active;
            return (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the grid handles the keys for all rows
              <div
                key={key}
                id={rowId(item.index)}
                role="row"
                aria-rowindex={item.index + 2}
                aria-selected={isSelected}
                tabIndex={-1}
                className={cx(styles.row, isSelected && styles.selected, onOpen && styles.opens)}
                style={{ ...template, height: rowHeight, transform: `translateY(${item.start}px)` }}
                onClick={() => go(item.index)}
                onDoubleClick={() => onOpen?.(row)}
                onPointerEnter={() => props.onHover?.(row)}
                onPointerLeave={() => props.onHover?.(null)}
              >
                {columns.map((column) => (
                  <div
                    key={column.id}
                    role="gridcell"
                    className={styles.cell}
                    style={alignOf(column)}
                    tabIndex={-1}
                  >
                    {column.cell(row, item.index === active)}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
      {props.foot && <div className={styles.foot}>{props.foot}</div>}
    </div>
  );
}

interface HeadCellProps<R> {
  column: Column<R>;
  sort: Sort | null;
  onSort?(sort: Sort): void;
}

function HeadCell<R>({ column, sort, onSort }: HeadCellProps<R>) {
  const isSorted = sort?.column === column.id;
  const direction = isSorted ? (sort.descending ? "descending" : "ascending") : undefined;
  const sortable = column.sortBy !== undefined && onSort !== undefined;
  return (
    <div
      role="columnheader"
      aria-sort={direction}
      aria-label={column.label}
      className={cx(styles.headCell, isSorted && styles.sorted)}
      style={alignOf(column)}
      tabIndex={-1}
    >
      {sortable ? (
        <button
          type="button"
          className={styles.sort}
          onClick={() =>
            onSort({ column: column.id, descending: isSorted ? !sort.descending : true })
          }
        >
          {column.head}
          {isSorted && <span aria-hidden="true"> {sort.descending ? "↓" : "↑"}</span>}
        </button>
      ) : (
        column.head
      )}
    </div>
  );
}

function alignOf<R>(column: Column<R>): CSSProperties {
  return { textAlign: column.align ?? "left" };
}

function useSorted<R>(
  rows: readonly R[],
  columns: readonly Column<R>[],
  sort: Sort | null,
): readonly R[] {
  return useMemo(() => {
    const by = columns.find((column) => column.id === sort?.column)?.sortBy;
    if (!by || !sort) return rows;
    const sign = sort.descending ? -1 : 1;
    return [...rows].sort((a, b) => {
      const x = by(a);
      const y = by(b);
      // What has no value stands last in both directions.
      if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1;
      return x < y ? -sign : x > y ? sign : 0;
    });
  }, [rows, columns, sort]);
}
