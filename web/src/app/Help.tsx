/** `?`: every shortcut that holds on this page, from the registry. */
import { commands, GROUPS, visibleCommands } from "@/state/commands";
import { changeSettings, settings } from "@/state/settings";
import { useStore } from "@/state/useStore";
import { Dialog } from "@/ui/Dialog";
import { Checkbox } from "@/ui/Field";
import { Keys } from "@/ui/Kbd";
import styles from "./Help.module.css";
import { helpOpen } from "./overlays";

export function Help() {
  const open = useStore(helpOpen);
  const all = useStore(commands);
  const { singleKeys } = useStore(settings);
  const shown = visibleCommands(all).filter((command) => command.keys?.length);
  return (
    <Dialog open={open} onClose={() => helpOpen.set(false)} title="Keyboard shortcuts" wide>
      <div className={styles.groups}>
        {GROUPS.map((group) => {
          const list = shown.filter((command) => command.group === group);
          if (list.length === 0) return null;
          return (
            <section key={group}>
              <h3 className={styles.head}>{group}</h3>
              <dl className={styles.list}>
                {list.map((command) => (
                  <div key={command.id} className={styles.row}>
                    <dt>{command.title}</dt>
                    <dd>
                      {command.keys?.map((keys) => (
                        <Keys key={keys} keys={keys} />
                      ))}
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          );
        })}
        <section>
          <h3 className={styles.head}>Charts and tables</h3>
          <dl className={styles.list}>
            {CHART_KEYS.map(([title, keys]) => (
              <div key={title} className={styles.row}>
                <dt>{title}</dt>
                <dd>
                  {keys.map((key) => (
                    <Keys key={key} keys={key} />
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      </div>
      <div className={styles.foot}>
        <Checkbox checked={singleKeys} onChange={(on) => changeSettings({ singleKeys: on })}>
          Shortcuts of a single key
        </Checkbox>
      </div>
    </Dialog>
  );
}

/** Keys that a focused chart or table handles by itself. */
const CHART_KEYS: [string, string[]][] = [
  ["Move the cursor", ["ArrowLeft", "ArrowRight"]],
  ["To the first, the last", ["Home", "End"]],
  ["Open what is at the cursor", ["Enter"]],
  ["Let go", ["Escape"]],
];
