/**
 * A tool's views in its toolbar. The view stands below the toolbar, not inside these tabs, so this is a tab
 * list of its own: one tab stop, arrows choose.
 */
import { type KeyboardEvent, type ReactNode, useRef } from "react";
import styles from "./Tabs.module.css";

export interface ViewTabsProps<T extends string> {
  label: string;
  value: T;
  tabs: readonly { value: NoInfer<T>; label: string; count?: ReactNode }[];
  onChange(value: NoInfer<T>): void;
}

export function ViewTabs<T extends string>({ label, value, tabs, onChange }: ViewTabsProps<T>) {
  const list = useRef<HTMLDivElement>(null);
  const at = tabs.findIndex((tab) => tab.value === value);

  const onKeyDown = (event: KeyboardEvent) => {
    const last = tabs.length - 1;
    const to = {
      ArrowRight: at === last ? 0 : at + 1,
      ArrowLeft: at === 0 ? last : at - 1,
      Home: 0,
      End: last,
    }[event.key];
    const next = to === undefined ? undefined : tabs[to];
    if (!next || to === undefined) return;
    event.preventDefault();
    onChange(next.value);
    list.current?.querySelectorAll<HTMLElement>('[role="tab"]')[to]?.focus();
  };

  return (
    <div ref={list} role="tablist" aria-label={label} className={styles.list}>
      {tabs.map((tab) => (
        <button
          key={tab.value}
          type="button"
          role="tab"
          aria-selected={tab.value === value}
          tabIndex={tab.value === value ? 0 : -1}
          className={styles.tab}
          onClick={() => onChange(tab.value)}
          onKeyDown={onKeyDown}
        >
          {tab.label}
          {tab.count !== undefined && <span className={styles.count}>{tab.count}</span>}
        </button>
      ))}
    </div>
  );
}
