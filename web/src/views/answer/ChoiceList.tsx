/** One of a closed list, with a sentence for each where there is one. Press the chosen one again to clear it. */
import { useId } from "react";
import { cx } from "@/ui/cx";
import styles from "./ChoiceList.module.css";

export interface ChoiceListProps {
  label: string;
  options: readonly { id: string; label: string; description?: string }[];
  value: string | null;
  onChange(value: string | null): void;
  columns?: boolean;
}

export function ChoiceList({ label, options, value, onChange, columns }: ChoiceListProps) {
  const name = useId();
  return (
    <fieldset className={cx(styles.list, columns && styles.columns)}>
      <legend className="visually-hidden">{label}</legend>
      {options.map((option) => (
        <label key={option.id} className={cx(styles.option, option.id === value && styles.chosen)}>
          <input
            type="radio"
            name={name}
            value={option.id}
            checked={option.id === value}
            onChange={() => onChange(option.id)}
            onClick={() => option.id === value && onChange(null)}
          />
          <span>
            {option.label}
            {option.description && <span className="t3 small"> {option.description}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
