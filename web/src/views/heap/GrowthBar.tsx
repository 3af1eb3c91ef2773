/** Bytes that a type retains more, with a bar on the column's scale: orange is more, blue is less. */
import styles from "./heap.module.css";
import type { Change } from "./model";
import { bytesChange } from "./words";

export function GrowthBar({
  change,
  most,
  withBar,
}: {
  change: Change;
  most: number;
  withBar: boolean;
}) {
  const { growth } = change;
  return (
    <span className={styles.growth}>
      <span className={growth === 0 ? "t3" : "medium"}>{bytesChange(growth)}</span>
      {withBar && (
        <i className={styles.track}>
          <i
            style={{
              width: `${(Math.abs(growth) / most) * 100}%`,
              background: `var(${growth < 0 ? "--diff-n3" : "--diff-p3"})`,
            }}
          />
        </i>
      )}
    </span>
  );
}
