/**
 * What a place shows while it has no content: a skeleton in the final layout, an empty state with its
 * cause and a way out, a problem with its next step, a banner over content that is partial.
 */
import { type ReactNode, useEffect, useState } from "react";
import { explain, toProblem } from "@/api/problem";
import { Button } from "./Button";
import { cx } from "./cx";
import { Icon } from "./Icon";
import styles from "./States.module.css";

const SKELETON_AFTER_MS = 150;

/** True once loading lasts longer than a blink. */
export function useSlow(loading: boolean): boolean {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    if (!loading) return setSlow(false);
    const timer = setTimeout(() => setSlow(true), SKELETON_AFTER_MS);
    return () => clearTimeout(timer);
  }, [loading]);
  return loading && slow;
}

/** Grey shapes in the final layout, after 150 ms. Never a spinner. */
export function Skeleton({ shape, rows = 6 }: { shape: "chart" | "rows" | "text"; rows?: number }) {
  const slow = useSlow(true);
  return (
    <div className={cx(styles.skeleton, styles[shape])} aria-busy="true">
      <span className="visually-hidden">Loading</span>
      {slow &&
        Array.from({ length: rows }, (_, i) => (
          <i key={i} style={{ "--w": `${92 - ((i * 37) % 48)}%` } as React.CSSProperties} />
        ))}
    </div>
  );
}

export interface EmptyProps {
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
}

/** Names the cause and offers the way out. */
export function Empty({ title, children, actions }: EmptyProps) {
  return (
    <div className={styles.middle}>
      <p className="medium">{title}</p>
      {children && <p className={styles.detail}>{children}</p>}
      {actions && <div className={styles.actions}>{actions}</div>}
    </div>
  );
}

/** What is wrong and what to do, in the place of the content. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const problem = toProblem(error);
  return (
    <div className={styles.middle} role="alert">
      <p className={cx("medium", styles.problem)}>
        <Icon name="errorSign" size={14} />
        {problem.title}
      </p>
      <p className={styles.detail}>{withCode(explain(problem))}</p>
      {onRetry && (
        <div className={styles.actions}>
          <Button small onPress={onRetry}>
            Try again
          </Button>
        </div>
      )}
    </div>
  );
}

/** Words between backticks are something to type. */
export function withCode(text: string): ReactNode {
  return text.split("`").map((part, i) => (i % 2 === 1 ? <code key={i}>{part}</code> : part));
}

export interface BannerProps {
  tone: "error" | "warn" | "info";
  title: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
  /** Flush, without rounded corners, as the first row of a panel. */
  flush?: boolean;
}

const SIGNS = { error: "errorSign", warn: "warnSign", info: "infoSign" } as const;

export function Banner({ tone, title, children, action, flush }: BannerProps) {
  return (
    <div
      className={cx(styles.banner, styles[tone], flush && styles.flush)}
      role={tone === "error" ? "alert" : "status"}
    >
      <Icon name={SIGNS[tone]} size={14} />
      <div className="grow">
        <b className="medium">{title}</b>
        {children && <div className="t2">{children}</div>}
      </div>
      {action}
    </div>
  );
}

/** An error below the field that caused it. */
export function InlineError({ error }: { error: unknown }) {
  const problem = toProblem(error);
  const at = problem.position ? `, at character ${problem.position.offset + 1}` : "";
  return (
    <div className={styles.inline} role="alert">
      <Icon name="errorSign" size={14} />
      <div>
        <b className="medium">
          {problem.title}
          {at}
        </b>
        <div className="t2">{withCode(explain(problem))}</div>
      </div>
    </div>
  );
}
