/** The sessions of one sample, longest in their state first, with their last statement and their trace. */
import { useMemo } from "react";
import { Link } from "wouter";
import type { DatabaseSession, DatabaseSessions } from "@/api/types";
import { toolHref, useParams, usePlace } from "@/state/location";
import { useMedia } from "@/state/useMedia";
import { Swatch } from "@/ui/Chip";
import { type Column, DataTable } from "@/ui/DataTable";
import { Panel } from "@/ui/Panel";
import { Segmented } from "@/ui/Segmented";
import { Empty } from "@/ui/States";
import { DASH, formatCount, formatNanos, formatTime } from "@/viz/format";
import { databaseSpec } from "./params";
import styles from "./SessionTable.module.css";
import { STATE_COLORS, stateOf } from "./states";

export function SessionTable({ sample }: { sample: DatabaseSessions }) {
  const [{ state, pid }, setParams] = useParams(databaseSpec);
  const rows = useMemo(
    () =>
      sample.sessions
        .filter((session) => state === "all" || stateOf(session) === state)
        .sort((a, b) => b.state_duration_ns - a.state_duration_ns),
    [sample, state],
  );
  const longest = Math.max(...rows.map((row) => row.state_duration_ns), 1);
  const columns = useColumns(longest);
  const count = (wanted: string) =>
    sample.sessions.filter((session) => wanted === "all" || stateOf(session) === wanted).length;
  const at = formatTime(sample.time_ms ?? 0, "seconds");
  return (
    <Panel
      title="Sessions"
      unit={`${formatCount(rows.length)} at ${at}, longest in their state first`}
      pin={() => ({
        text: `${formatCount(rows.length)} sessions ${state === "all" ? "" : `${state} `}at ${at}${rows[0] ? `, longest ${formatNanos(rows[0].state_duration_ns)}` : ""}`,
        query: `sessions state:${state} at:${at}`,
      })}
      actions={
        <Segmented
          label="State"
          value={state}
          options={(["all", "idle in transaction", "active", "waiting"] as const).map((value) => ({
            value,
            label: value === "all" ? "All" : value[0]?.toUpperCase() + value.slice(1),
            count: count(value),
          }))}
          onChange={(value) => setParams({ state: value })}
        />
      }
    >
      <DataTable
        label={`Sessions at ${at}`}
        rows={rows}
        columns={columns}
        rowKey={(row) => String(row.pid)}
        selected={pid === null ? null : String(pid)}
        onSelect={(row) => setParams({ pid: row.pid })}
        empty={
          <Empty
            title={`No session ${state === "all" ? "does anything" : `is ${state}`} at ${at}`}
          />
        }
        foot={
          sample.sessions.length < sample.total
            ? `${formatCount(sample.total - sample.sessions.length)} more sessions in this sample`
            : undefined
        }
      />
    </Panel>
  );
}

function useColumns(longest: number): Column<DatabaseSession>[] {
  const place = usePlace();
  // What waits for a lock is in the panel beside; the statement needs the room.
  const isNarrow = useMedia("(max-width: 1320px)");
  return useMemo(() => {
    const columns: Column<DatabaseSession>[] = [
      {
        id: "pid",
        head: "Session",
        width: "74px",
        cell: (row) => (
          <span className={styles.pid}>
            <Swatch color={STATE_COLORS[stateOf(row)]} />
            {row.pid}
          </span>
        ),
      },
      {
        id: "client",
        head: "Client",
        width: "minmax(48px, 108px)",
        cell: (row) => <span title={row.application_name}>{row.application_name}</span>,
      },
      {
        id: "state",
        head: "State",
        width: "130px",
        cell: (row) => (
          <span className="t2">{stateOf(row) === "other" ? row.state : stateOf(row)}</span>
        ),
      },
      {
        id: "duration",
        head: "In this state",
        width: "104px",
        align: "right",
        cell: (row) => (
          <span className={styles.duration}>
            {formatNanos(row.state_duration_ns)}
            <i className={styles.track}>
              <i
                style={{
                  width: `${(row.state_duration_ns / longest) * 100}%`,
                  background: `var(${STATE_COLORS[stateOf(row)]})`,
                }}
              />
            </i>
          </span>
        ),
      },
      {
        id: "transaction",
        head: "Transaction",
        width: "82px",
        align: "right",
        cell: (row) =>
          row.transaction_duration_ns === null || row.transaction_duration_ns === undefined
            ? DASH
            : formatNanos(row.transaction_duration_ns),
      },
      {
        id: "wait",
        head: "Waits for",
        width: "minmax(0, 88px)",
        cell: (row) => {
          const wait = row.wait_event ? `${row.wait_event_type}: ${row.wait_event}` : "";
          return (
            <span className="t2" title={wait}>
              {row.wait_event}
            </span>
          );
        },
      },
      {
        id: "query",
        head: "Last statement",
        width: "minmax(120px, 1fr)",
        cell: (row) => (
          <span className="mono ellipsis" title={row.query}>
            {row.query}
          </span>
        ),
      },
      {
        id: "blocks",
        head: "Blocks",
        width: "56px",
        align: "right",
        cell: (row) => <span className={row.blocks > 0 ? "error" : "t3"}>{row.blocks}</span>,
      },
      {
        id: "trace",
        head: "Trace",
        width: "84px",
        cell: (row) =>
          place && row.trace_id ? (
            <Link
              className="mono accent"
              href={toolHref(place, "traces", {
                rest: row.trace_id,
                params: row.span_id ? { span: row.span_id } : {},
              })}
            >
              {row.trace_id.slice(0, 8)}
            </Link>
          ) : (
            DASH
          ),
      },
    ];
    return isNarrow
      ? columns.filter(({ id }) => !["transaction", "wait", "blocks"].includes(id))
      : columns;
  }, [longest, place, isNarrow]);
}
