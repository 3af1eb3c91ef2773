/** The right panel: Brief, Hints, Notebook. Folds to 40 px with counts. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components/Tabs";
import { queries } from "@/api/queries";
import type { Session } from "@/api/types";
import { changeSettings } from "@/state/settings";
import { useWorkspace } from "@/state/workspace";
import { IconButton } from "@/ui/Button";
import styles from "./Frame.module.css";
import own from "./SidePanel.module.css";
import { BriefTab } from "./side/BriefTab";
import { HintsTab } from "./side/HintsTab";
import { NotebookTab } from "./side/NotebookTab";

type TabName = "brief" | "hints" | "notebook";

export function SidePanel({ open }: { open: boolean }) {
  const { session } = useWorkspace();
  if (!session) return null;
  return <Inner session={session} open={open} />;
}

function Inner({ session, open }: { session: Session; open: boolean }) {
  const [tab, setTab] = useState<TabName>("brief");
  const [peek, setPeek] = useState(false);
  const { data: hints } = useQuery(queries.hints(session.id));
  const { data: entries } = useQuery(queries.notebook(session.id));
  const show = (name: TabName) => {
    setTab(name);
    changeSettings({ sidePanelOpen: true });
    setPeek(true);
  };

  if (!open && !peek) {
    return (
      <aside
        className={`${styles.side} ${own.fold}`}
        aria-label="Brief, hints, notebook"
        data-region="side"
      >
        <IconButton icon="panel" label="Open the right panel" keys="b" onPress={() => show(tab)} />
        <IconButton icon="brief" label="Brief" onPress={() => show("brief")} />
        <Counted n={hints?.shown.length}>
          <IconButton icon="hint" label="Hints" onPress={() => show("hints")} />
        </Counted>
        <Counted n={entries?.length}>
          <IconButton icon="notebook" label="Notebook" onPress={() => show("notebook")} />
        </Counted>
      </aside>
    );
  }
  return (
    <aside
      className={`${styles.side} ${open ? "" : own.drawer}`}
      aria-label="Brief, hints, notebook"
      data-region="side"
    >
      <Tabs
        className={own.tabs}
        selectedKey={tab}
        onSelectionChange={(key) => setTab(key as TabName)}
      >
        <div className={own.head}>
          <TabList aria-label="Right panel" className={own.list}>
            <Tab id="brief" className={own.tab}>
              Brief
            </Tab>
            <Tab id="hints" className={own.tab}>
              Hints
              {hints && (
                <span className={own.count}>
                  {hints.total === 0 ? "none" : `${hints.shown.length} of ${hints.total}`}
                </span>
              )}
            </Tab>
            <Tab id="notebook" className={own.tab}>
              Notebook
              {entries && <span className={own.count}>{entries.length}</span>}
            </Tab>
          </TabList>
          <IconButton
            icon="panel"
            label="Fold the right panel"
            keys="b"
            onPress={() => {
              setPeek(false);
              if (open) changeSettings({ sidePanelOpen: false });
            }}
          />
        </div>
        <TabPanel id="brief" className={own.panel}>
          <BriefTab session={session} />
        </TabPanel>
        <TabPanel id="hints" className={own.panel}>
          <HintsTab session={session} />
        </TabPanel>
        <TabPanel id="notebook" className={own.panel}>
          <NotebookTab session={session} />
        </TabPanel>
      </Tabs>
    </aside>
  );
}

function Counted({ n, children }: { n: number | undefined; children: React.ReactNode }) {
  return (
    <span className={own.counted}>
      {children}
      {n ? <span className={own.n}>{n}</span> : null}
    </span>
  );
}
