/** Ctrl/Cmd+K: commands, places and whatever a view offers, found by a few letters. */
import { useMemo, useState } from "react";
import { Dialog as AriaDialog } from "react-aria-components/Dialog";
import { Modal, ModalOverlay } from "react-aria-components/Modal";
import { commands, GROUPS, visibleCommands } from "@/state/commands";
import { type PaletteItem, paletteSources } from "@/state/palette";
import { useStore } from "@/state/useStore";
import { cx } from "@/ui/cx";
import { Icon } from "@/ui/Icon";
import { Kbd, Keys } from "@/ui/Kbd";
import { paletteOpen } from "./overlays";
import styles from "./Palette.module.css";

const MOST_PER_GROUP = 8;

export function Palette() {
  const open = useStore(paletteOpen);
  return (
    <ModalOverlay
      isOpen={open}
      onOpenChange={paletteOpen.set}
      isDismissable
      className={styles.scrim}
    >
      <Modal className={styles.modal}>
        <AriaDialog aria-label="Search and commands" className={styles.dialog}>
          <Search close={() => paletteOpen.set(false)} />
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

interface Row extends PaletteItem {
  group: string;
  keys?: string;
}

function Search({ close }: { close(): void }) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const rows = useRows(text);
  const index = Math.min(at, rows.length - 1);

  const run = (row: Row | undefined) => {
    if (!row) return;
    close();
    // After the dialog has given the focus back.
    setTimeout(row.run, 0);
  };

  return (
    <>
      <div className={styles.head}>
        <Icon name="search" size={14} />
        <input
          className={styles.input}
          // biome-ignore lint/a11y/noAutofocus: the palette is opened to type into it
          autoFocus
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={index >= 0 ? `palette-${index}` : undefined}
          aria-label="Search and commands"
          placeholder="Search or command"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          onKeyDown={(event) => {
            if (event.key === "ArrowDown") setAt(Math.min(index + 1, rows.length - 1));
            else if (event.key === "ArrowUp") setAt(Math.max(index - 1, 0));
            else if (event.key === "Enter") run(rows[index]);
            else return;
            event.preventDefault();
          }}
        />
        <Kbd>Esc</Kbd>
      </div>
      <div className={styles.list} id="palette-list" role="listbox" aria-label="Results">
        {rows.map((row, i) => (
          <div key={`${row.group}/${row.id}`} role="presentation">
            {row.group !== rows[i - 1]?.group && <div className={styles.group}>{row.group}</div>}
            {/* biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the field */}
            <div
              id={`palette-${i}`}
              role="option"
              tabIndex={-1}
              aria-selected={i === index}
              className={cx(styles.row, i === index && styles.on)}
              ref={
                i === index ? (element) => element?.scrollIntoView({ block: "nearest" }) : undefined
              }
              onPointerMove={() => setAt(i)}
              onClick={() => run(row)}
            >
              <Icon name={row.icon ?? "right"} size={14} />
              <span className={cx("ellipsis grow", row.mono && "mono")}>
                {marked(row.title, text)}
              </span>
              {row.hint && <span className="t3 small">{row.hint}</span>}
              {row.keys && <Keys keys={row.keys} />}
            </div>
          </div>
        ))}
        {rows.length === 0 && <p className={styles.none}>Nothing matches “{text}”.</p>}
      </div>
    </>
  );
}

function useRows(text: string): Row[] {
  const all = useStore(commands);
  const sources = useStore(paletteSources);
  return useMemo(() => {
    const needle = text.trim().toLowerCase();
    const fromCommands: Row[] = visibleCommands(all)
      .filter((command) => !command.keysOnly && !command.disabled)
      .map((command) => ({
        id: command.id,
        title: command.title,
        group: command.group,
        keys: command.keys?.[0],
        run: command.run,
      }));
    const fromSources =
      needle === ""
        ? []
        : sources.flatMap((s) => s.items().map((item) => ({ ...item, group: s.group })));
    const matching = [...fromSources, ...fromCommands].filter((row) => matches(row.title, needle));
    const order = [...new Set([...sources.map((s) => s.group), ...GROUPS])];
    return order.flatMap((group) =>
      matching.filter((row) => row.group === group).slice(0, MOST_PER_GROUP),
    );
  }, [all, sources, text]);
}

/** Every word of the search must occur. */
function matches(title: string, needle: string): boolean {
  const hay = title.toLowerCase();
  return needle.split(/\s+/).every((word) => hay.includes(word));
}

function marked(title: string, text: string) {
  const word = text.trim().split(/\s+/)[0]?.toLowerCase() ?? "";
  const at = word === "" ? -1 : title.toLowerCase().indexOf(word);
  if (at < 0) return title;
  return (
    <>
      {title.slice(0, at)}
      <b className="accent">{title.slice(at, at + word.length)}</b>
      {title.slice(at + word.length)}
    </>
  );
}
