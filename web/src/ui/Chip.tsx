/** A short fact or a filter. With `onRemove` it can be taken away; a severity always comes with a word. */
import type { ReactNode } from "react";
import styles from "./Chip.module.css";
import { cx } from "./cx";
import { Icon, type IconName } from "./Icon";

export interface ChipProps {
  children: ReactNode;
  tone?: "plain" | "error" | "warn" | "ok" | "info" | "accent" | "line";
  mono?: boolean;
  icon?: IconName;
  onRemove?: () => void;
  removeLabel?: string;
}

export function Chip({ children, tone = "plain", mono, icon, onRemove, removeLabel }: ChipProps) {
  return (
    <span className={cx(styles.chip, styles[tone], mono && styles.mono)}>
      {icon && <Icon name={icon} size={12} />}
      {children}
      {onRemove && (
        <button
          type="button"
          className={styles.remove}
          aria-label={removeLabel ?? "Remove"}
          onClick={onRemove}
        >
          <Icon name="close" size={12} />
        </button>
      )}
    </span>
  );
}

/** The coloured sign of a series: a bar for lines, a square for areas. */
export function Swatch({
  color,
  line,
  dashed,
}: {
  color: string;
  line?: boolean;
  dashed?: boolean;
}) {
  return (
    <i
      className={cx(styles.swatch, line && styles.line_, dashed && styles.dashed)}
      style={{ "--c": `var(${color})` } as React.CSSProperties}
    />
  );
}
