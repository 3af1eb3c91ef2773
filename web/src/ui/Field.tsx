/** Fields of forms: label, control, help below, error below in words. Checked on leaving, not while typing. */
import type { ReactNode } from "react";
import { Checkbox as AriaCheckbox } from "react-aria-components/Checkbox";
import { Input } from "react-aria-components/Input";
import { Label } from "react-aria-components/Label";
import { Text } from "react-aria-components/Text";
import { TextArea } from "react-aria-components/TextArea";
import { TextField as AriaTextField } from "react-aria-components/TextField";
import { cx } from "./cx";
import styles from "./Field.module.css";
import { Icon, type IconName } from "./Icon";
import { Keys } from "./Kbd";

export interface TextFieldProps {
  label: string;
  value: string;
  onChange(value: string): void;
  onBlur?(): void;
  /** Enter; Ctrl/Cmd+Enter in an area. */
  onSubmit?(): void;
  help?: ReactNode;
  error?: string | null;
  placeholder?: string;
  mono?: boolean;
  /** Makes it an area of so many lines. */
  rows?: number;
  /** The label is there for screen readers only. */
  hideLabel?: boolean;
  autoFocus?: boolean;
  /** Label left of the field, as in dialogs. */
  beside?: boolean;
  inputRef?: React.Ref<HTMLInputElement>;
}

export function TextField(props: TextFieldProps) {
  const { label, value, onChange, onBlur, onSubmit, help, error, rows } = props;
  const control = cx(styles.input, props.mono && "mono", rows && styles.area);
  return (
    <AriaTextField
      className={cx(styles.field, props.beside && styles.beside)}
      value={value}
      onChange={onChange}
      onBlur={onBlur}
      isInvalid={Boolean(error)}
      autoFocus={props.autoFocus}
    >
      <Label className={cx(styles.label, props.hideLabel && "visually-hidden")}>{label}</Label>
      <div className="grow">
        {rows ? (
          <TextArea
            className={control}
            rows={rows}
            placeholder={props.placeholder}
            onKeyDown={(event) => {
              if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) onSubmit?.();
            }}
          />
        ) : (
          <Input
            ref={props.inputRef}
            className={control}
            placeholder={props.placeholder}
            onKeyDown={(event) => event.key === "Enter" && onSubmit?.()}
            spellCheck={false}
            autoComplete="off"
          />
        )}
        {error ? (
          <Text slot="errorMessage" className={styles.error}>
            {error}
          </Text>
        ) : (
          help && (
            <Text slot="description" className={styles.help}>
              {help}
            </Text>
          )
        )}
      </div>
    </AriaTextField>
  );
}

export interface SearchFieldProps {
  label: string;
  value: string;
  onChange(value: string): void;
  placeholder?: string;
  icon?: IconName;
  /** Key caps at the end. */
  keys?: string;
  mono?: boolean;
  inputRef?: React.Ref<HTMLInputElement>;
  onSubmit?(): void;
  className?: string;
}

/** One line with a glass: filters of lists. */
export function SearchField(props: SearchFieldProps) {
  return (
    <AriaTextField
      aria-label={props.label}
      value={props.value}
      onChange={props.onChange}
      className={cx(styles.search, props.className)}
    >
      <Icon name={props.icon ?? "search"} size={14} />
      <Input
        ref={props.inputRef}
        className={cx(styles.searchInput, props.mono && "mono")}
        placeholder={props.placeholder}
        spellCheck={false}
        autoComplete="off"
        onKeyDown={(event) => {
          if (event.key === "Enter") props.onSubmit?.();
          if (event.key === "Escape") {
            if (props.value !== "") props.onChange("");
            else event.currentTarget.blur();
            event.preventDefault();
          }
        }}
      />
      {props.keys && props.value === "" && <Keys keys={props.keys} />}
    </AriaTextField>
  );
}

export interface CheckboxProps {
  children: ReactNode;
  checked: boolean;
  onChange(checked: boolean): void;
}

export function Checkbox({ children, checked, onChange }: CheckboxProps) {
  return (
    <AriaCheckbox className={styles.checkbox} isSelected={checked} onChange={onChange}>
      <span className={styles.box}>{checked && <Icon name="check" size={12} />}</span>
      {children}
    </AriaCheckbox>
  );
}
