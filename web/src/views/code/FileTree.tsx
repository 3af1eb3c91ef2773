/** Folders and files. The folders of the open file are open; one tab stop a row. */
import { useEffect, useMemo, useState } from "react";
import { cx } from "@/ui/cx";
import { Icon } from "@/ui/Icon";
import { formatCount } from "@/viz/format";
import styles from "./FileTree.module.css";
import { buildFolders, type Folder, foldersOf } from "./tree";

export interface FileTreeProps {
  files: readonly { path: string; lines: number }[];
  current: string;
  onOpen(path: string): void;
}

export function FileTree({ files, current, onOpen }: FileTreeProps) {
  const root = useMemo(() => buildFolders(files), [files]);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const needed = foldersOf(current);
    setClosed((now) => new Set([...now].filter((path) => !needed.includes(path))));
  }, [current]);
  const toggle = (path: string) =>
    setClosed((now) => {
      const next = new Set(now);
      if (!next.delete(path)) next.add(path);
      return next;
    });
  return (
    <nav aria-label="Files" className={styles.tree}>
      <Level folder={root} depth={0} {...{ closed, toggle, current, onOpen }} />
    </nav>
  );
}

interface LevelProps {
  folder: Folder;
  depth: number;
  closed: ReadonlySet<string>;
  toggle(path: string): void;
  current: string;
  onOpen(path: string): void;
}

function Level({ folder, depth, closed, toggle, current, onOpen }: LevelProps) {
  const indent = { paddingLeft: 12 + depth * 14 };
  return (
    <ul>
      {folder.folders.map((child) => {
        const open = !closed.has(child.path);
        return (
          <li key={child.path}>
            <button
              type="button"
              className={styles.row}
              style={indent}
              aria-expanded={open}
              onClick={() => toggle(child.path)}
            >
              <Icon name={open ? "down" : "right"} size={12} />
              <span className="t2">{child.name}</span>
            </button>
            {open && (
              <Level folder={child} depth={depth + 1} {...{ closed, toggle, current, onOpen }} />
            )}
          </li>
        );
      })}
      {folder.files.map((file) => (
        <li key={file.path}>
          <button
            type="button"
            className={cx(styles.row, file.path === current && styles.current)}
            style={{ paddingLeft: 12 + depth * 14 + 18 }}
            aria-current={file.path === current ? "page" : undefined}
            onClick={() => onOpen(file.path)}
          >
            <span className="ellipsis grow">{file.name}</span>
            <span className="t3 small">{formatCount(file.lines)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
