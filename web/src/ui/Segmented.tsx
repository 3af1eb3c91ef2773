/** Two to four views of one thing. */
import type { ReactNode } from "react";
import { ToggleButton } from "react-aria-components/ToggleButton";
import { ToggleButtonGroup } from "react-aria-components/ToggleButtonGroup";
import styles from "./Segmented.module.css";

export interface SegmentedProps<T extends string> {
  label: string;
  value: T;
  options: readonly { value: NoInfer<T>; label: ReactNode; count?: number }[];
  onChange(value: NoInfer<T>): void;
  tall?: boolean;
}

export function Segmented<T extends string>({
  label,
  value,
  options,
  onChange,
  tall,
}: SegmentedProps<T>) {
  return (
    <ToggleButtonGroup
      aria-label={label}
      className={styles.group}
      data-tall={tall || undefined}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[value]}
      onSelectionChange={(keys) => {
        const [key] = keys;
        if (key !== undefined) onChange(String(key) as T);
      }}
    >
      {options.map((option) => (
        <ToggleButton key={option.value} id={option.value} className={styles.option}>
          {option.label}
          {option.count !== undefined && <span className="t3">{option.count}</span>}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
