/** Statements by what they cost in the range, as pg_stat_statements counts them. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { api } from "@/api/endpoints";
import type { Statement, StatementOrder } from "@/api/types";
import { withTerm } from "@/state/filterText";
import { toolHref, useParams, usePlace } from "@/state/location";
import { useWorkspace } from "@/state/workspace";
import { type Column, DataTable } from "@/ui/DataTable";
import { Icon } from "@/ui/Icon";
import { Panel } from "@/ui/Panel";
import { Segmented } from "@/ui/Segmented";
import { Empty, ErrorState, Skeleton } from "@/ui/States";
import {
  formatCompact,
  formatCount,
  formatPercent,
  formatRange,
  formatSeconds,
} from "@/viz/format";
import { databaseSpec } from "./params";
import styles from "./Statements.module.css";

const LIMIT = 100;

const ORDERS: readonly { value: StatementOrder; label: string }[] = [
  { value: "total_time", label: "Time" },
  { value: "mean_time", label: "Mean" },
  { value: "calls", label: "Calls" },
  { value: "rows", label: "Rows" },
];

export function Statements({ wide = false }: { wide?: boolean }) {
  const { recording, range } = useWorkspace();
  const [{ order }, setParams] = useParams(databaseSpec);
  const place = usePlace();
  // Whoever chose the order or the tab wants to know; beside the sessions the list comes by itself.
  const asked_by: "person" | "page" = wide || order !== "total_time" ? "person" : "page";
  const answer = useQuery({
    queryKey: ["statements", recording.id, range, order, asked_by],
    queryFn: ({ signal }) =>
      api.database.statements(
        recording.id,
        { start_ms: range.start, end_ms: range.end, order, limit: LIMIT, asked_by },
        { signal },
      ),
    placeholderData: keepPreviousData,
  });
  // Of an incident that still plays only what there is counts.
  const known = Math.min(range.end, recording.recorded_until_ms) - range.start;
  const minutes = Math.max(known / 60_000, 1 / 60);
  const rows = answer.data?.statements ?? [];
  const most = Math.max(...rows.map((row) => row.share), 1e-9);
  const columns: Column<Statement>[] = [
    {
      id: "query",
      head: "Statement",
      width: "minmax(0, 1fr)",
      cell: (row) => (
        <span className={wide ? "mono ellipsis" : styles.twoLines} title={row.query}>
          {row.query}
        </span>
      ),
    },
    {
      id: "share",
      head: "Total time",
      width: wide ? "108px" : "74px",
      align: "right",
      cell: (row) =>
        wide ? (
          <span className={styles.share}>
            {formatPercent(row.share * 100)}
            <i className={styles.track}>
              <i style={{ width: `${(row.share / most) * 100}%` }} />
            </i>
          </span>
        ) : (
          formatPercent(row.share * 100)
        ),
    },
    {
      id: "mean",
      head: "Mean",
      width: "84px",
      align: "right",
      cell: (row) => formatSeconds(row.mean_ms / 1000),
    },
    {
      id: "calls",
      head: "Calls/min",
      width: "72px",
      align: "right",
      cell: (row) => formatCompact(row.calls / minutes),
    },
    ...(wide ? wideColumns(place) : []),
  ];
  return (
    <Panel
      title="Top queries"
      unit={formatRange(range)}
      className={wide ? styles.wide : undefined}
      pin={() => ({
        text: `Top queries by ${order.replace("_", " ")}`,
        query: `statements ${order}`,
      })}
      actions={
        <Segmented
          label="Order"
          value={order}
          options={ORDERS}
          onChange={(value) => setParams({ order: value })}
        />
      }
    >
      {answer.error ? (
        <ErrorState error={answer.error} onRetry={() => void answer.refetch()} />
      ) : !answer.data ? (
        <Skeleton shape="rows" rows={6} />
      ) : (
        <DataTable
          label="Top queries"
          rows={rows}
          columns={columns}
          rowKey={(row) => row.query_id}
          rowHeight={wide ? 28 : 44}
          empty={<Empty title="No statement was counted in this range" />}
          foot={
            rows.length < answer.data.total
              ? `${formatCount(answer.data.total - rows.length)} more statements`
              : undefined
          }
        />
      )}
    </Panel>
  );
}

function wideColumns(place: ReturnType<typeof usePlace>): Column<Statement>[] {
  return [
    {
      id: "total",
      head: "In all",
      width: "88px",
      align: "right",
      cell: (row) => formatSeconds(row.total_ms / 1000),
    },
    {
      id: "rows",
      head: "Rows",
      width: "88px",
      align: "right",
      cell: (row) => formatCompact(row.rows),
    },
    {
      id: "hit",
      head: "Cache hit",
      width: "80px",
      align: "right",
      cell: (row) => {
        const blocks = row.blocks_hit + row.blocks_read;
        return blocks === 0 ? "" : formatPercent((row.blocks_hit / blocks) * 100);
      },
    },
    {
      id: "traces",
      head: "",
      label: "Traces",
      width: "40px",
      cell: (row) =>
        place && (
          <Link
            href={toolHref(place, "traces", {
              params: { q: withTerm("", "db.query.text", row.query) },
            })}
            aria-label="Traces with this statement"
            title="Traces with this statement"
          >
            <Icon name="traces" size={14} />
          </Link>
        ),
    },
  ];
}
