import styles from "./MiddleEllipsis.module.css";

/** Text that is cut in the middle when it is too long: names and paths differ at their ends. */
export function MiddleEllipsis({ text, tail = 14 }: { text: string; tail?: number }) {
  const at = Math.max(0, text.length - tail);
  return (
    <span className={styles.text}>
      <span className="ellipsis">{text.slice(0, at)}</span>
      <span className={styles.tail}>{text.slice(at)}</span>
    </span>
  );
}
