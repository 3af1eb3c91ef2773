/** Different things behind one another. `ViewTabs` switches a tool's views; it writes nothing itself. */
import type { ReactNode } from "react";
import { Tabs as AriaTabs, Tab, TabList } from "react-aria-components/Tabs";
import styles from "./Tabs.module.css";

export interface ViewTabsProps<T extends string> {
  label: string;
  value: T;
  tabs: readonly { value: NoInfer<T>; label: string; count?: ReactNode }[];
  onChange(value: NoInfer<T>): void;
}

export function ViewTabs<T extends string>({ label, value, tabs, onChange }: ViewTabsProps<T>) {
  return (
    <AriaTabs
      className={styles.tabs}
      selectedKey={value}
      onSelectionChange={(key) => onChange(String(key) as T)}
    >
      <TabList aria-label={label} className={styles.list}>
        {tabs.map((tab) => (
          <Tab key={tab.value} id={tab.value} className={styles.tab} aria-controls={undefined}>
            {tab.label}
            {tab.count !== undefined && <span className={styles.count}>{tab.count}</span>}
          </Tab>
        ))}
      </TabList>
    </AriaTabs>
  );
}
