/** The order of a table in the address: a column's name, with a minus where the smallest stands first. */
import type { Sort } from "@/ui/DataTable";

export function readSort(written: string, usual: string, columns: readonly string[]): Sort {
  const column = written.replace(/^-/, "");
  return columns.includes(column)
    ? { column, descending: !written.startsWith("-") }
    : { column: usual, descending: true };
}

export function writeSort({ column, descending }: Sort, usual: string): string {
  if (column === usual && descending) return "";
  return descending ? column : `-${column}`;
}
