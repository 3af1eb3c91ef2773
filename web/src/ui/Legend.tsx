/** Swatch, name and value. A bar for lines, a square for areas; hovering highlights the line. */
import { Swatch } from "./Chip";
import styles from "./Legend.module.css";

export interface LegendItem {
  id: string;
  label: string;
  color: string;
  value?: string;
  dashed?: boolean;
  /** A square in place of a bar. */
  area?: boolean;
}

export interface LegendProps {
  items: readonly LegendItem[];
  onHover?(id: string | null): void;
  selected?: string | null;
  onSelect?(id: string | null): void;
}

export function Legend({ items, onHover, selected, onSelect }: LegendProps) {
  return (
    <ul className={styles.legend}>
      {items.map((item) => {
        const content = (
          <>
            <Swatch color={item.color} line={!item.area} dashed={item.dashed} />
            {item.label}
            {item.value !== undefined && <b className={styles.value}>{item.value}</b>}
          </>
        );
        return (
          <li
            key={item.id}
            className={styles.item}
            onPointerEnter={() => onHover?.(item.id)}
            onPointerLeave={() => onHover?.(null)}
          >
            {onSelect ? (
              <button
                type="button"
                className={styles.button}
                aria-pressed={selected === item.id}
                onClick={() => onSelect(selected === item.id ? null : item.id)}
              >
                {content}
              </button>
            ) : (
              content
            )}
          </li>
        );
      })}
    </ul>
  );
}
