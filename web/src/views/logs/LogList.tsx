/**
 * The lines, newest or oldest first. A line opens in place with its attributes; each value can filter, and
 * the trace is one press away.
 */
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { Link } from "wouter";
import type { LogLine } from "@/api/types";
import { withTerm } from "@/state/filterText";
import { toolHref, usePlace } from "@/state/location";
import { usePin } from "@/state/pin";
import { useWorkspace } from "@/state/workspace";
import { Button, IconButton } from "@/ui/Button";
import { Swatch } from "@/ui/Chip";
import { cx } from "@/ui/cx";
import { CodeLink } from "@/views/shared/CodeLink";
import { formatCount, formatTime, nanosToMillis } from "@/viz/format";
import { inlineAttributes, written } from "./inline";
import styles from "./LogList.module.css";

export interface LogListProps {
  lines: readonly LogLine[];
  total: number;
  filter: string;
  /** The id of the open line. */
  open: string;
  onOpen(id: string): void;
  onFilter(filter: string): void;
  onEnd(): void;
}

const ROW = 24;

export function LogList(props: LogListProps) {
  const { lines, total, open, onOpen, onEnd, filter, onFilter } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [cursor, setCursor] = useState(-1);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 20,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (last >= 0 && last >= lines.length - 1) onEnd();
  }, [last, lines.length, onEnd]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    const moves: Record<string, number> = {
      ArrowDown: cursor + 1,
      ArrowUp: cursor - 1,
      PageDown: cursor + 20,
      PageUp: cursor - 20,
      Home: 0,
      End: lines.length - 1,
    };
    const to = moves[event.key];
    const line = lines[cursor];
    if (to !== undefined) {
      event.preventDefault();
      const next = Math.min(Math.max(to, 0), lines.length - 1);
      setCursor(next);
      virtual.scrollToIndex(next);
    } else if (event.key === "Enter" && line) {
      event.preventDefault();
      onOpen(line.id === open ? "" : line.id);
    }
  };

  return (
    <>
      <div
        ref={scroller}
        className={styles.scroller}
        role="list"
        aria-label="Log lines; arrows move, Enter opens"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: one tab stop, moved by arrows
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <div className={styles.rows} style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const line = lines[item.index];
            if (!line) return null;
            return (
              <div
                key={line.id}
                role="listitem"
                data-index={item.index}
                ref={virtual.measureElement}
                className={styles.item}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <Line
                  line={line}
                  cursor={item.index === cursor}
                  expanded={line.id === open}
                  onToggle={() => {
                    setCursor(item.index);
                    onOpen(line.id === open ? "" : line.id);
                  }}
                />
                {line.id === open && <Detail line={line} filter={filter} onFilter={onFilter} />}
              </div>
            );
          })}
        </div>
      </div>
      <p className={styles.foot}>
        {lines.length < total
          ? `${formatCount(lines.length)} of ${formatCount(total)} lines; scroll for more`
          : `All ${formatCount(total)} lines`}
      </p>
    </>
  );
}

function Line({
  line,
  cursor,
  expanded,
  onToggle,
}: {
  line: LogLine;
  cursor: boolean;
  expanded: boolean;
  onToggle(): void;
}) {
  const { serviceColor } = useWorkspace();
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-expanded={expanded}
      className={cx(styles.line, cursor && styles.cursor, expanded && styles.expanded)}
      onClick={onToggle}
    >
      <i
        className={styles.edge}
        style={{ background: `var(--lvl-${line.level}, var(--line-2))` }}
      />
      <span className={styles.time}>
        {formatTime(nanosToMillis(line.time_unix_nano), "millis")}
      </span>
      <span className={cx(styles.level, styles[line.level])}>{line.level}</span>
      <span className={styles.service}>
        <Swatch color={serviceColor(line.service)} /> {line.service}
      </span>
      <span className={styles.body}>
        {line.body}
        {inlineAttributes(line.attributes).map(([key, value]) => (
          <span key={key} className={styles.inline}>
            {key}=<b>{value}</b>
          </span>
        ))}
      </span>
    </button>
  );
}

function Detail({
  line,
  filter,
  onFilter,
}: {
  line: LogLine;
  filter: string;
  onFilter(filter: string): void;
}) {
  const place = usePlace();
  const pin = usePin();
  const file = line.attributes["code.file.path"];
  const number = line.attributes["code.line.number"];
  const entries: [string, string][] = [
    ...(line.trace_id ? ([["trace_id", line.trace_id]] as [string, string][]) : []),
    ...(line.span_id ? ([["span_id", line.span_id]] as [string, string][]) : []),
    ...Object.entries(line.attributes).map(([key, value]): [string, string] => [
      key,
      written(value),
    ]),
  ];
  return (
    <div className={styles.detail}>
      <p className={styles.whole}>{line.body}</p>
      <div className={styles.ways}>
        {place && line.trace_id && (
          <Link
            className="accent"
            href={toolHref(place, "traces", {
              rest: line.trace_id,
              params: line.span_id ? { span: line.span_id } : {},
            })}
          >
            Open its trace
          </Link>
        )}
        {typeof file === "string" && (
          <CodeLink path={file} line={typeof number === "number" ? number : null} />
        )}
        {pin && (
          <Button
            small
            icon="pin"
            onPress={() =>
              pin({
                text: `${line.service}: ${line.body}`,
                query: line.trace_id ? `trace_id:${line.trace_id}` : filter,
              })
            }
          >
            Pin
          </Button>
        )}
      </div>
      <dl className={styles.attributes}>
        {entries.map(([key, value]) => (
          <div key={key} className={styles.attribute}>
            <dt>{key}</dt>
            <dd>
              {value}
              <span>
                <IconButton
                  small
                  icon="plus"
                  label={`Only lines with ${key} ${value}`}
                  onPress={() => onFilter(withTerm(filter, key, value))}
                />
                <IconButton
                  small
                  icon="minus"
                  label={`Leave out lines with ${key} ${value}`}
                  onPress={() => onFilter(withTerm(filter, key, value, true))}
                />
              </span>
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
