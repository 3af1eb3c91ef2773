import { status } from "@/state/status";
import { useStore } from "@/state/useStore";
import styles from "./Frame.module.css";

/** Left: what is open. Right: how long the queries took and what was left out (`useStatus`). */
export function StatusBar({ left }: { left: readonly string[] }) {
  const right = useStore(status);
  return (
    <footer className={styles.status}>
      <Facts items={left} />
      <span className={styles.between} />
      <Facts items={right} />
    </footer>
  );
}

function Facts({ items }: { items: readonly string[] }) {
  return (
    <div className={styles.facts}>
      {items.map((item, i) => (
        <span key={i} className={styles.fact}>
          {item}
        </span>
      ))}
    </div>
  );
}
