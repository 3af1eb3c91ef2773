/** A button that opens a list of choices, and a select that shows the chosen one. */
import type { ReactNode } from "react";
import { Button as AriaButton } from "react-aria-components/Button";
import { Menu as AriaMenu, MenuItem, MenuTrigger } from "react-aria-components/Menu";
import { Popover } from "react-aria-components/Popover";
import { cx } from "./cx";
import { Icon, type IconName } from "./Icon";
import { Keys } from "./Kbd";
import styles from "./Menu.module.css";

export interface MenuEntry {
  id: string;
  label: ReactNode;
  /** Text for type-ahead when the label is not plain text. */
  text?: string;
  icon?: IconName;
  keys?: string;
  hint?: ReactNode;
  danger?: boolean;
}

export interface MenuProps {
  /** The button: a react-aria control such as `IconButton`. */
  trigger: ReactNode;
  label: string;
  entries: readonly MenuEntry[];
  onAction(id: string): void;
}

export function Menu({ trigger, label, entries, onAction }: MenuProps) {
  return (
    <MenuTrigger>
      {trigger}
      <Popover className={styles.popover} offset={4}>
        <AriaMenu
          aria-label={label}
          className={styles.menu}
          onAction={(key) => onAction(String(key))}
        >
          {entries.map((entry) => (
            <MenuItem
              key={entry.id}
              id={entry.id}
              textValue={entry.text ?? (typeof entry.label === "string" ? entry.label : entry.id)}
              className={cx(styles.item, entry.danger && styles.danger)}
            >
              {entry.icon && <Icon name={entry.icon} size={14} />}
              <span className="grow">{entry.label}</span>
              {entry.hint && <span className="t3 small">{entry.hint}</span>}
              {entry.keys && <Keys keys={entry.keys} />}
            </MenuItem>
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}

export interface ChoiceProps<T extends string> {
  /** What is chosen, for screen readers: "Service". */
  label: string;
  value: T;
  options: readonly { value: NoInfer<T>; label: string; hint?: ReactNode }[];
  onChange(value: NoInfer<T>): void;
  /** How the button reads; by default the chosen option's label. */
  shown?: string;
  /** Stands before the text: a colour, a letter. */
  sign?: ReactNode;
}

/** A chip that opens a menu with one choice: filters of a toolbar, sort orders. */
export function Choice<T extends string>({
  label,
  value,
  options,
  onChange,
  shown,
  sign,
}: ChoiceProps<T>) {
  const chosen = options.find((option) => option.value === value);
  return (
    <MenuTrigger>
      <AriaButton className={styles.choice}>
        <span className="visually-hidden">{label}: </span>
        {sign}
        {shown ?? chosen?.label ?? value}
        <Icon name="down" size={12} />
      </AriaButton>
      <Popover className={styles.popover} offset={4}>
        <AriaMenu
          aria-label={label}
          className={styles.menu}
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={[value]}
          onSelectionChange={(keys) => {
            const [key] = keys === "all" ? [] : keys;
            if (key !== undefined) onChange(String(key) as T);
          }}
        >
          {options.map((option) => (
            <MenuItem
              key={option.value}
              id={option.value}
              textValue={option.label}
              className={styles.item}
            >
              {({ isSelected }) => (
                <>
                  <span className={styles.tick}>
                    {isSelected && <Icon name="check" size={12} />}
                  </span>
                  <span className="grow">{option.label}</span>
                  {option.hint !== undefined && <span className="t3 small num">{option.hint}</span>}
                </>
              )}
            </MenuItem>
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
