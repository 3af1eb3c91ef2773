/**
 * Buttons. One `primary` a screen; `plain` beside it; `ghost` in toolbars; `danger` is red text.
 * A button that cannot be pressed says why: pass `disabledReason`, it stays focusable and shows a tooltip.
 */
import type { ReactNode } from "react";
import { Button as AriaButton, type PressEvent } from "react-aria-components/Button";
import { ToggleButton as AriaToggle } from "react-aria-components/ToggleButton";
import styles from "./Button.module.css";
import { cx } from "./cx";
import { Icon, type IconName } from "./Icon";
import { Tooltip } from "./Tooltip";

export interface ButtonProps {
  children: ReactNode;
  kind?: "primary" | "plain" | "ghost" | "danger" | "dangerFilled";
  small?: boolean;
  icon?: IconName;
  onPress?: (event: PressEvent) => void;
  disabledReason?: string | null;
  autoFocus?: boolean;
  type?: "button" | "submit";
  className?: string;
  /** For parts of a dialog or menu trigger. */
  slot?: string;
  label?: string;
}

export function Button({
  children,
  kind = "plain",
  small,
  icon,
  onPress,
  disabledReason,
  className,
  label,
  ...rest
}: ButtonProps) {
  const button = (
    <AriaButton
      {...rest}
      aria-label={label}
      aria-disabled={disabledReason ? true : undefined}
      onPress={disabledReason ? undefined : onPress}
      className={cx(
        styles.button,
        styles[kind],
        small && styles.small,
        disabledReason && styles.off,
        className,
      )}
    >
      {icon && <Icon name={icon} size={small ? 12 : 14} />}
      {children}
    </AriaButton>
  );
  return disabledReason ? <Tooltip text={disabledReason}>{button}</Tooltip> : button;
}

export interface IconButtonProps {
  icon: IconName;
  /** The accessible name, also the tooltip. */
  label: string;
  /** Key caps shown in the tooltip. */
  keys?: string;
  small?: boolean;
  onPress?: (event: PressEvent) => void;
  className?: string;
  slot?: string;
  expanded?: boolean;
  /** Makes it a toggle. */
  pressed?: boolean;
}

export function IconButton({
  icon,
  label,
  keys,
  small,
  className,
  pressed,
  expanded,
  onPress,
  slot,
}: IconButtonProps) {
  const name = cx(styles.iconButton, small && styles.iconSmall, className);
  const glyph = <Icon name={icon} size={small ? 14 : 16} />;
  return (
    <Tooltip text={label} keys={keys}>
      {pressed === undefined ? (
        <AriaButton
          aria-label={label}
          aria-expanded={expanded}
          onPress={onPress}
          className={name}
          slot={slot}
        >
          {glyph}
        </AriaButton>
      ) : (
        <AriaToggle aria-label={label} isSelected={pressed} onPress={onPress} className={name}>
          {glyph}
        </AriaToggle>
      )}
    </Tooltip>
  );
}
