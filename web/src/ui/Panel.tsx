/**
 * A flush panel with a title line: what, then the unit in grey, then actions. Where it shows a picture it
 * also takes its table twin (`table`, key T) and what the pin button keeps (`pin`, key P).
 */
import { type ReactNode, useCallback, useEffect, useId, useRef, useState } from "react";
import { Link } from "wouter";
import { activePanel } from "@/state/activePanel";
import { type Pin, usePin } from "@/state/pin";
import { IconButton } from "./Button";
import { cx } from "./cx";
import styles from "./Panel.module.css";

export interface PanelProps {
  title: ReactNode;
  /** The unit or scope, in grey: "seconds, log scale". */
  unit?: ReactNode;
  children: ReactNode;
  /** Controls at the right of the title line, before pin and table. */
  actions?: ReactNode;
  legend?: ReactNode;
  /** A control at the very end of the title line, such as the one that closes the panel. */
  end?: ReactNode;
  pin?: () => Pin;
  table?: () => ReactNode;
  /** The query behind the picture, shown below it, and the address where it can be changed. */
  query?: { text: string; href: string };
  /** Head with a line and a ground, for panels of a list. */
  lined?: boolean;
  className?: string;
  /** Heading level; 2 by default. */
  level?: 2 | 3;
  /** The body scrolls; a picture does not. */
  scroll?: boolean;
}

export function Panel(props: PanelProps) {
  const { title, unit, children, actions, legend, pin, table, query, lined, level = 2 } = props;
  const id = useId();
  const [asTable, setAsTable] = useState(false);
  const doPin = usePinOrNull(pin);
  const Heading = level === 2 ? "h2" : "h3";

  // The pointer enters once and stays while the panel changes: what is pinned is what is there by then.
  const latest = useRef(pin);
  latest.current = pin;
  const canPin = pin !== undefined;
  const hasTable = table !== undefined;
  const activate = useCallback(() => {
    activePanel.set({
      id,
      pin: canPin ? () => latest.current?.() ?? null : null,
      toggleTable: hasTable ? () => setAsTable((now) => !now) : null,
    });
  }, [id, canPin, hasTable]);
  // A panel that is gone cannot be what one looks at.
  useEffect(
    () => () => {
      if (activePanel.get()?.id === id) activePanel.set(null);
    },
    [id],
  );

  return (
    <section
      className={cx(styles.panel, props.className)}
      aria-labelledby={`${id}-title`}
      onPointerEnter={activate}
      onFocusCapture={activate}
    >
      <div className={cx(styles.head, lined && styles.lined)}>
        <Heading id={`${id}-title`} className={styles.title}>
          {title}
        </Heading>
        {unit && <span className={styles.unit}>{unit}</span>}
        <span className="grow" />
        {actions}
        {doPin && <IconButton small icon="pin" label="Pin to notebook" keys="p" onPress={doPin} />}
        {table && (
          <IconButton
            small
            icon={asTable ? "chart" : "table"}
            label={asTable ? "Show as chart" : "Show as table"}
            keys="t"
            onPress={() => setAsTable(!asTable)}
          />
        )}
        {props.end}
      </div>
      <div className={cx(styles.body, (props.scroll || asTable) && styles.scroll)}>
        {asTable && table ? table() : children}
      </div>
      {legend && <div className={styles.legend}>{legend}</div>}
      {query && (
        <Link href={query.href} className={styles.query} title={query.text}>
          <span className="visually-hidden">Open in explorer: </span>
          {query.text}
        </Link>
      )}
    </section>
  );
}

function usePinOrNull(pin: (() => Pin) | undefined): (() => void) | null {
  const doPin = usePin();
  return pin && doPin ? () => doPin(pin()) : null;
}

/** Panels side by side, parted by one line. Give it `gridTemplate` by a class. */
export function PanelGrid({ children, className }: { children: ReactNode; className?: string }) {
  return <div className={cx(styles.grid, className)}>{children}</div>;
}
