/** The selected span: its figures, how it compares with others of its name, attributes, and ways onward. */
import { useQuery } from "@tanstack/react-query";
import { Fragment, type ReactNode } from "react";
import { Link } from "wouter";
import { api } from "@/api/endpoints";
import type { Attributes, AttributeValue, SpanStats, Trace } from "@/api/types";
import { withTerm } from "@/state/filterText";
import { toolHref, usePlace } from "@/state/location";
import { useWorkspace } from "@/state/workspace";
import { IconButton } from "@/ui/Button";
import { Swatch } from "@/ui/Chip";
import { Icon, type IconName } from "@/ui/Icon";
import { Banner } from "@/ui/States";
import { copyText } from "@/ui/Toolbar";
import { codeHref, codeLabel } from "@/views/shared/CodeLink";
import { DASH, formatNanos, formatPercent, nanosToMillis } from "@/viz/format";
import { criticalOf, type Node } from "@/viz/traceModel";
import styles from "./SpanDetail.module.css";
import { standing } from "./standing";

export interface SpanDetailProps {
  trace: Trace;
  node: Node;
  /** Time of the trace's whole critical path. */
  criticalNs: number;
  onClose(): void;
}

export function SpanDetail({ trace, node, criticalNs, onClose }: SpanDetailProps) {
  const { recording, range, serviceColor } = useWorkspace();
  const { span } = node;
  const stats = useQuery({
    queryKey: ["span-stats", recording.id, span.service, span.name, range.start, range.end],
    queryFn: ({ signal }) =>
      api.traces.spanStats(
        recording.id,
        { service: span.service, name: span.name, start_ms: range.start, end_ms: range.end },
        { signal },
      ),
  });
  return (
    <aside className={styles.detail} aria-label={`Span ${span.name}`}>
      <header className={styles.head}>
        <Swatch color={serviceColor(span.service)} />
        <div className="grow">
          <h2 className={styles.name}>{span.name}</h2>
          <p className="t3">
            {span.service}, {span.kind}
          </p>
        </div>
        <IconButton small icon="close" label="Close the span" keys="Escape" onPress={onClose} />
      </header>
      {span.status === "error" && (
        <Banner tone="error" title="This span failed" flush>
          {span.status_message || String(span.attributes["error.type"] ?? "")}
        </Banner>
      )}
      <dl className={styles.figures}>
        <Figure label="Duration" value={formatNanos(span.duration_ns)} />
        <Figure label="Self time" value={formatNanos(node.selfNs)} />
        <Figure label="Starts at" value={formatNanos(span.offset_ns)} />
      </dl>
      <p className={styles.critical}>{criticalShare(node, criticalNs)}</p>
      {stats.data && stats.data.count > 0 && (
        <Distribution stats={stats.data} durationNs={span.duration_ns} />
      )}
      <AttributeList title="Attributes" attributes={span.attributes} filterable />
      <Onward trace={trace} node={node} />
      <AttributeList title="Resource" attributes={trace.resources[span.service] ?? {}} />
    </aside>
  );
}

/** How much of what the trace waited for is this span itself, without its children. */
function criticalShare(node: Node, wholeNs: number): string {
  const own = criticalOf(node);
  if (own === 0 || wholeNs === 0) return "Not on the critical path itself";
  return `${formatPercent((own / wholeNs) * 100)} of the critical path, ${formatNanos(own)}`;
}

function Figure({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Distribution({ stats, durationNs }: { stats: SpanStats; durationNs: number }) {
  const most = Math.max(...stats.buckets.map((bucket) => bucket.count), 1);
  return (
    <section className={styles.section} aria-label="Distribution">
      <h3 className={styles.title}>{standing(stats, durationNs)}</h3>
      <div className={styles.bars} aria-hidden="true">
        {stats.buckets.map((bucket) => (
          <i
            key={bucket.from_ns}
            className={
              durationNs >= bucket.from_ns && durationNs < bucket.to_ns ? styles.own : undefined
            }
            style={{
              height: `${Math.max((bucket.count / most) * 100, bucket.count > 0 ? 4 : 0)}%`,
            }}
          />
        ))}
      </div>
      <p className={styles.quantiles}>
        p50 {nanosOrDash(stats.p50_ns)}, p95 {nanosOrDash(stats.p95_ns)}, p99{" "}
        {nanosOrDash(stats.p99_ns)}
      </p>
    </section>
  );
}

function nanosOrDash(nanos: number | null): string {
  return nanos === null ? DASH : formatNanos(nanos);
}

function AttributeList({
  title,
  attributes,
  filterable,
}: {
  title: string;
  attributes: Attributes;
  filterable?: boolean;
}) {
  const place = usePlace();
  const entries = Object.entries(attributes);
  if (entries.length === 0) return null;
  return (
    <section className={styles.section} aria-label={title}>
      <h3 className={styles.title}>
        {title} <span className="t3">{entries.length}</span>
      </h3>
      <dl className={styles.attributes}>
        {entries.map(([key, value]) => (
          <div key={key} className={styles.attribute}>
            <dt>{breakable(key)}</dt>
            <dd>
              {breakable(written(value))}
              <span className={styles.tools}>
                {filterable && place && (
                  <Link
                    href={toolHref(place, "traces", {
                      params: { q: withTerm("", key, written(value)) },
                    })}
                    aria-label={`Find traces with ${key} ${written(value)}`}
                    title="Find traces with this value"
                  >
                    <Icon name="filter" size={12} />
                  </Link>
                )}
                <button
                  type="button"
                  aria-label={`Copy ${key}`}
                  title="Copy"
                  onClick={() => void copyText(written(value))}
                >
                  <Icon name="copy" size={12} />
                </button>
              </span>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** Ways from a span to everything else that is known about it. */
function Onward({ trace, node }: { trace: Trace; node: Node }) {
  const place = usePlace();
  if (!place) return null;
  const { span } = node;
  const file = span.attributes["code.file.path"];
  const line = span.attributes["code.line.number"];
  const statement = span.attributes["db.query.text"];
  const startMs = nanosToMillis(trace.start_unix_nano) + span.offset_ns / 1e6;
  const ways: { icon: IconName; label: string; href: string }[] = [
    {
      icon: "logs",
      label: "Logs of this span",
      href: toolHref(place, "logs", { params: { q: `span_id:${span.span_id}` } }),
    },
    {
      icon: "traces",
      label: "Traces with the same span",
      href: toolHref(place, "traces", {
        params: { q: withTerm(withTerm("", "service", span.service), "name", span.name) },
      }),
    },
  ];
  if (typeof file === "string") {
    const at = { path: file, line: typeof line === "number" ? line : null };
    ways.push({ icon: "code", label: codeLabel(at), href: codeHref(place, at) });
  }
  if (typeof statement === "string") {
    ways.push({
      icon: "database",
      label: "Database at that moment",
      href: toolHref(place, "database", { params: { at: String(Math.round(startMs)) } }),
    });
  }
  return (
    <section className={styles.section} aria-label="Go to">
      <h3 className={styles.title}>Go to</h3>
      <ul>
        {ways.map((way) => (
          <li key={way.label}>
            <Link href={way.href} className={styles.way}>
              <Icon name={way.icon} size={14} /> {way.label}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Long names break where their parts meet, not in the middle of a word. */
function breakable(text: string): ReactNode {
  return text.split(/(?<=[./_-])/).map((part, i) => (
    <Fragment key={i}>
      {i > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}

function written(value: AttributeValue): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}
