/** The selected edge or node: before and after, over time, and ways onward. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link } from "wouter";
import { api } from "@/api/endpoints";
import { queries } from "@/api/queries";
import { toolHref, usePlace } from "@/state/location";
import { usePin } from "@/state/pin";
import { type Range, span } from "@/state/range";
import { useWorkspace } from "@/state/workspace";
import { IconButton } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { Icon, type IconName } from "@/ui/Icon";
import { InlineError, Skeleton } from "@/ui/States";
import { TimeSeries } from "@/ui/TimeSeries";
import { presentName } from "@/views/metrics/promql";
import { formatCount, formatRange, type Unit } from "@/viz/format";
import type { Series } from "@/viz/TimeSeries";
import { KINDS } from "./EdgeTable";
import type { EdgeModel, Figures, NodeModel } from "./model";
import styles from "./services.module.css";
import {
  changeText,
  formatNanosOrDash,
  formatRate,
  formatShare,
  pointsText,
  ratioText,
} from "./words";

const POINTS = 120;
/** From this share of the recording on a history is of the range itself. */
const WIDE = 0.6;

export interface DetailProps {
  earlier: Range | null;
  filter: string;
  onClose(): void;
}

export function EdgeDetail({ edge, ...props }: DetailProps & { edge: EdgeModel }) {
  const place = usePlace();
  const client = useMetric("http_client_request_duration_seconds");
  const name = `${edge.fromName}→${edge.toName}`;
  const unit = edge.toKind === "database" || edge.toKind === "cache" ? "Commands" : "Calls";
  const ways: Way[] = [];
  if (place) {
    ways.push({
      icon: "traces",
      label: edge.filterIsExact
        ? "Traces over this edge"
        : `Traces in which ${edge.toName} was called`,
      note: formatCount(edge.now.calls),
      href: toolHref(place, "traces", { params: { q: edge.filter } }),
    });
    if (edge.toKind === "database") {
      ways.push({
        icon: "database",
        label: "Statements in the database tool",
        href: toolHref(place, "database", { params: { view: "queries" } }),
      });
    }
    for (const service of servicesOf(edge)) {
      ways.push({
        icon: "logs",
        label: `Logs of ${service}`,
        href: toolHref(place, "logs", { params: { q: `service:${service}` } }),
      });
    }
    if (client && edge.fromKind === "service" && edge.toKind !== "database") {
      ways.push({
        icon: "metrics",
        label: `Calls of ${edge.fromName} as metrics`,
        href: toolHref(place, "metrics", {
          params: { tab: "explorer", q: durations(client, edge.fromName, "server_address") },
        }),
      });
    }
  }
  return (
    <aside className={styles.detail} aria-label={`Edge ${edge.fromName} to ${edge.toName}`}>
      <Head
        title={
          <>
            {edge.fromName} <span className="t3">→</span> {edge.toName}
          </>
        }
        kind={edge.toKind === "service" ? "calls between services" : KINDS[edge.toKind]}
        pinText={`${edge.fromName} → ${edge.toName}: ${inWords(edge)}`}
        query={[name, props.filter].join(" ").trim()}
        what="edge"
        onClose={props.onClose}
      />
      <FigureTable
        rateLabel={`${unit} per second`}
        now={edge.now}
        before={edge.before}
        earlier={props.earlier}
      />
      <History
        rateLabel={`${unit} per second`}
        filter={props.filter}
        of={{
          from: edge.fromName,
          from_kind: edge.fromKind,
          to: edge.toName,
          to_kind: edge.toKind,
        }}
      />
      <Onward
        ways={ways}
        note={props.filter === "" ? null : "All traces of the edge, also without the filter."}
      />
    </aside>
  );
}

export interface NodeDetailProps extends DetailProps {
  node: NodeModel;
  edges: readonly EdgeModel[];
  onSelect(id: string): void;
}

export function NodeDetail({ node, edges, onSelect, ...props }: NodeDetailProps) {
  const place = usePlace();
  const server = useMetric("http_server_request_duration_seconds");
  const rateLabel = node.ownWork ? "Jobs per second" : "Calls per second";
  const ways: Way[] = [];
  if (place && node.kind === "service") {
    ways.push(
      {
        icon: "traces",
        label: `Traces with ${node.name}`,
        href: toolHref(place, "traces", { params: { q: `service:${node.name}` } }),
      },
      {
        icon: "logs",
        label: `Logs of ${node.name}`,
        href: toolHref(place, "logs", { params: { q: `service:${node.name}` } }),
      },
    );
    if (server) {
      ways.push({
        icon: "metrics",
        label: `Requests of ${node.name} as metrics`,
        href: toolHref(place, "metrics", {
          params: { tab: "explorer", q: durations(server, node.name, "http_route") },
        }),
      });
    }
  }
  if (place && node.kind === "database") {
    ways.push({
      icon: "database",
      label: "Open in the database tool",
      href: toolHref(place, "database"),
    });
  }
  const calls = (title: string, list: readonly EdgeModel[], other: (edge: EdgeModel) => string) =>
    list.length > 0 && (
      <section className={styles.section} aria-label={title}>
        <h3 className={styles.title}>
          {title} <span className="t3">{list.length}</span>
        </h3>
        <ul>
          {list.map((edge) => (
            <li key={edge.id}>
              <button type="button" className={styles.way} onClick={() => onSelect(edge.id)}>
                <span className="grow ellipsis">{other(edge)}</span>
                <span className="t3 num">{formatRate(edge.now.rate)}/s</span>
                <span className={cx(styles.wayP95, "t2 num")}>
                  {formatNanosOrDash(edge.now.p95Ns)}
                </span>
              </button>
            </li>
          ))}
        </ul>
      </section>
    );
  return (
    <aside className={styles.detail} aria-label={`Node ${node.name}`}>
      <Head
        title={node.name}
        kind={KINDS[node.kind]}
        pinText={`${node.name}: ${formatRate(node.now.rate)} calls/s, ${formatShare(node.now.failed, node.now.calls)} failed, p95 ${formatNanosOrDash(node.now.p95Ns)}`}
        query={[node.name, props.filter].join(" ").trim()}
        what="node"
        onClose={props.onClose}
      />
      {node.kind !== "clients" && (
        <>
          <FigureTable
            rateLabel={rateLabel}
            now={node.now}
            before={node.before}
            earlier={props.earlier}
          />
          <History
            rateLabel={rateLabel}
            filter={props.filter}
            of={{ to: node.name, to_kind: node.kind }}
          />
        </>
      )}
      {calls(
        "Called by",
        edges.filter((edge) => edge.to === node.id),
        (edge) => edge.fromName,
      )}
      {calls(
        "Calls",
        edges.filter((edge) => edge.from === node.id),
        (edge) => edge.toName,
      )}
      <Onward ways={ways} note={null} />
    </aside>
  );
}

function servicesOf(edge: EdgeModel): string[] {
  const ends: [EdgeModel["fromKind"], string][] = [
    [edge.fromKind, edge.fromName],
    [edge.toKind, edge.toName],
  ];
  const services = ends.flatMap(([kind, name]) => (kind === "service" ? [name] : []));
  return [...new Set(services)];
}

function inWords(edge: EdgeModel): string {
  const { now, before, change } = edge;
  const figures = `${formatRate(now.rate)} calls/s, ${formatShare(now.failed, now.calls)} failed, p95 ${formatNanosOrDash(now.p95Ns)}`;
  return before && change ? `${figures} (${changeText(change, now, before)})` : figures;
}

/** p95 of a histogram by a label, as the explorer asks it. */
function durations(metric: string, service: string, by: string): string {
  return `histogram_quantile(0.95, sum by (le, ${by}) (rate(${metric}{service_name="${service}"}[1m])))`;
}

/** The metric's bucket series, where the recording has it. */
function useMetric(base: string): string | null {
  const { recording } = useWorkspace();
  const names = useQuery(queries.metricNames(recording.id)).data;
  return (names && presentName(names, `${base}_bucket`)) ?? null;
}

interface HeadProps {
  title: ReactNode;
  kind: string;
  pinText: string;
  query: string;
  what: "edge" | "node";
  onClose(): void;
}

function Head({ title, kind, pinText, query, what, onClose }: HeadProps) {
  const pin = usePin();
  return (
    <header className={styles.head}>
      <div className="grow">
        <h2 className={styles.name}>{title}</h2>
        <p className="t3">{kind}</p>
      </div>
      {pin && (
        <IconButton
          small
          icon="pin"
          label={`Pin this ${what} to the notebook`}
          onPress={() => pin({ text: pinText, query })}
        />
      )}
      <IconButton small icon="close" label={`Close the ${what}`} keys="Escape" onPress={onClose} />
    </header>
  );
}

interface FigureTableProps {
  rateLabel: string;
  now: Figures;
  before: Figures | null;
  earlier: Range | null;
}

function FigureTable({ rateLabel, now, before, earlier }: FigureTableProps) {
  const { range } = useWorkspace();
  const rows: [string, (figures: Figures) => string, string | null][] = [
    [rateLabel, (f) => formatRate(f.rate), before && ratioText(now.rate, before.rate)],
    ["Failed", (f) => formatShare(f.failed, f.calls), before && pointsText(now, before)],
    [
      "Duration p50",
      (f) => formatNanosOrDash(f.p50Ns),
      before && ratioText(now.p50Ns, before.p50Ns),
    ],
    [
      "Duration p95",
      (f) => formatNanosOrDash(f.p95Ns),
      before && ratioText(now.p95Ns, before.p95Ns),
    ],
    [
      "Duration p99",
      (f) => formatNanosOrDash(f.p99Ns),
      before && ratioText(now.p99Ns, before.p99Ns),
    ],
  ];
  return (
    <table className={styles.figures}>
      <thead>
        <tr>
          <td />
          {before && earlier && (
            <th scope="col" title={formatRange(earlier)}>
              {formatRange(earlier).split(" ")[0]}
            </th>
          )}
          <th scope="col" title={formatRange(range)}>
            {before ? formatRange(range).split(" ")[0] : formatRange(range)}
          </th>
          {before && <th scope="col">Change</th>}
        </tr>
      </thead>
      <tbody>
        {rows.map(([label, text, change]) => (
          <tr key={label}>
            <th scope="row">{label}</th>
            {before && <td className="t2">{text(before)}</td>}
            <td>{text(now)}</td>
            {before && <td className={change === "as before" ? "t3" : "medium"}>{change}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type HistoryTarget = Omit<
  Parameters<typeof api.services.history>[1],
  "start_ms" | "end_ms" | "filter" | "points"
>;

function History({
  of,
  rateLabel,
  filter,
}: {
  of: HistoryTarget;
  rateLabel: string;
  filter: string;
}) {
  const { recording, range, bounds } = useWorkspace();
  const over = span(range) < span(bounds) * WIDE ? bounds : range;
  const query = {
    ...of,
    start_ms: over.start,
    end_ms: over.end,
    filter: filter || undefined,
    points: POINTS,
  };
  const { data, error } = useQuery({
    queryKey: ["service-history", recording.id, query],
    queryFn: ({ signal }) => api.services.history(recording.id, query, { signal }),
    placeholderData: keepPreviousData,
  });
  if (error) return <InlineError error={error} />;
  if (!data) return <Skeleton shape="chart" />;
  const times = data.calls.map((_, i) => data.base_ms + i * data.step_ms);
  const until = Math.min(over.end, recording.recorded_until_ms);
  const perSecond = (counts: readonly number[]) =>
    counts.map((count, i) => {
      const start = data.base_ms + i * data.step_ms;
      const known = Math.min(start + data.step_ms, until) - Math.max(start, over.start);
      // The first and the last step may lie nearly outside: too little to make a rate of.
      return known < data.step_ms / 5 ? null : count / (known / 1000);
    });
  const charts: { title: string; unit: Unit; text: string; series: Series[] }[] = [
    {
      title: rateLabel,
      unit: "count",
      text: "failed in red",
      series: [
        { id: "calls", label: "all", color: "--s1", values: perSecond(data.calls), fill: true },
        { id: "errors", label: "failed", color: "--error", values: perSecond(data.errors) },
      ],
    },
    {
      title: "Duration p95",
      unit: "seconds",
      text: "of each step",
      series: [
        {
          id: "p95",
          label: "p95",
          color: "--s1",
          values: data.p95_ns.map((ns) => (ns === null ? null : ns / 1e9)),
        },
      ],
    },
  ];
  return (
    <>
      {charts.map(({ title, unit, text, series }) => (
        <section key={title} className={styles.history} aria-label={`${title} over time`}>
          <h3 className={styles.title}>
            {title}{" "}
            <span className="t3 small">
              {formatRange(over)}, {text}
            </span>
          </h3>
          <div className={styles.chart}>
            <TimeSeries
              label={title}
              times={times}
              series={series}
              unit={unit}
              over={over}
              band={over === range ? undefined : range}
            />
          </div>
        </section>
      ))}
    </>
  );
}

interface Way {
  icon: IconName;
  label: string;
  href: string;
  note?: string;
}

function Onward({ ways, note }: { ways: readonly Way[]; note: string | null }) {
  if (ways.length === 0) return null;
  return (
    <section className={styles.section} aria-label="Go to">
      <h3 className={styles.title}>Go to</h3>
      <ul>
        {ways.map((way) => (
          <li key={way.label}>
            <Link href={way.href} className={styles.way}>
              <Icon name={way.icon} size={14} />
              <span className="grow ellipsis">{way.label}</span>
              {way.note && <span className="t3 num">{way.note}</span>}
            </Link>
          </li>
        ))}
      </ul>
      {note && <p className="t3 small">{note}</p>}
    </section>
  );
}
