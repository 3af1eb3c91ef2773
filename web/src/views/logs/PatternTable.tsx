/** Lines with the same text but for digits and ids, by how many there are. */
import { useState } from "react";
import type { LogPatterns } from "@/api/types";
import { type Column, DataTable, type Sort } from "@/ui/DataTable";
import { Empty } from "@/ui/States";
import { formatCount, formatPercent } from "@/viz/format";

type Pattern = LogPatterns["patterns"][number];

export interface PatternTableProps {
  patterns: readonly Pattern[];
  /** Patterns that there are; not all of them may be listed. */
  total: number;
  /** Lines that match. */
  lines: number;
}

export function PatternTable({ patterns, total, lines }: PatternTableProps) {
  const [sort, setSort] = useState<Sort>({ column: "count", descending: true });
  const columns: Column<Pattern>[] = [
    {
      id: "level",
      head: "Level",
      width: "64px",
      cell: (pattern) => (
        <span style={{ color: `var(--lvl-${pattern.level}, var(--text-2))` }}>{pattern.level}</span>
      ),
      sortBy: (pattern) => pattern.level,
    },
    {
      id: "template",
      head: "Pattern",
      width: "minmax(0, 1fr)",
      cell: (pattern) => (
        <span className="mono ellipsis" title={pattern.example}>
          {pattern.template}
        </span>
      ),
      sortBy: (pattern) => pattern.template,
    },
    {
      id: "services",
      head: "Services",
      width: "200px",
      cell: (pattern) => <span className="ellipsis">{pattern.services.join(", ")}</span>,
    },
    {
      id: "count",
      head: "Lines",
      width: "88px",
      align: "right",
      cell: (pattern) => formatCount(pattern.count),
      sortBy: (pattern) => pattern.count,
    },
    {
      id: "share",
      head: "Share",
      width: "72px",
      align: "right",
      cell: (pattern) => formatPercent((pattern.count / Math.max(lines, 1)) * 100),
    },
  ];
  return (
    <DataTable
      label="Patterns of log lines"
      rows={patterns}
      columns={columns}
      rowKey={(pattern) => `${pattern.level}${pattern.template}`}
      sort={sort}
      onSort={setSort}
      empty={<Empty title="No log line matches in this range" />}
      foot={
        patterns.length < total
          ? `${formatCount(total - patterns.length)} more patterns, rarer than these`
          : undefined
      }
    />
  );
}
