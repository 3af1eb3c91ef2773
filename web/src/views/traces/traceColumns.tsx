/** The columns of the trace list. Name and id are links, so that a trace opens in a tab of its own as well. */
import { Link } from "wouter";
import type { TraceSummary } from "@/api/types";
import { Swatch } from "@/ui/Chip";
import type { Column } from "@/ui/DataTable";
import { MiddleEllipsis } from "@/ui/MiddleEllipsis";
import { formatCount, formatNanos, formatTime, nanosToMillis } from "@/viz/format";
import styles from "./traceColumns.module.css";

export interface TraceColumnsOptions {
  /** The longest duration in the list, which the bars are measured by. */
  longest: number;
  serviceColor(service: string): string;
  /** The address of a trace, with the range kept. */
  href(trace: string): string;
}

export function traceColumns(options: TraceColumnsOptions): Column<TraceSummary>[] {
  const { longest, serviceColor, href } = options;
  return [
    {
      id: "name",
      head: "Trace",
      width: "minmax(0, 1fr)",
      cell: (row) => (
        <span className={styles.name}>
          <Swatch color={serviceColor(row.service)} />
          <span className="t3">{row.service}</span>
          {/* The id beside it is the one that keys reach: two stops for one way would be one too many. */}
          <Link
            className={styles.root}
            href={href(row.trace_id)}
            title={row.name}
            aria-label={row.name}
            tabIndex={-1}
          >
            <MiddleEllipsis text={row.name} />
          </Link>
        </span>
      ),
    },
    {
      id: "start",
      head: "Started",
      width: "104px",
      align: "right",
      cell: (row) => formatTime(nanosToMillis(row.start_unix_nano), "millis"),
    },
    {
      id: "duration",
      head: "Duration",
      width: "180px",
      align: "right",
      cell: (row) => (
        <span className={styles.duration}>
          <i
            className={styles.bar}
            style={{ width: `${Math.max((row.duration_ns / longest) * 90, 1)}px` }}
          />
          {formatNanos(row.duration_ns)}
        </span>
      ),
    },
    {
      id: "spans",
      head: "Spans",
      width: "64px",
      align: "right",
      cell: (row) => formatCount(row.spans),
    },
    {
      id: "errors",
      head: "Errors",
      width: "64px",
      align: "right",
      cell: (row) => (
        <span className={row.errors > 0 ? styles.errors : "t3"}>{formatCount(row.errors)}</span>
      ),
    },
    {
      id: "services",
      head: "Services",
      width: "72px",
      align: "right",
      cell: (row) => row.services.length,
    },
    {
      id: "id",
      head: "Trace id",
      width: "128px",
      cell: (row, atCursor) => (
        <Link
          className="mono"
          href={href(row.trace_id)}
          aria-label={`Trace ${row.trace_id.slice(0, 12)}, ${row.name}`}
          tabIndex={atCursor ? 0 : -1}
        >
          {row.trace_id.slice(0, 12)}
        </Link>
      ),
    },
  ];
}
