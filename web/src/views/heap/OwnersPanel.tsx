/**
 * Who keeps how much: the dominator tree by type, root on top, width by what is retained. A press on a box opens its
 * type, or the object where it is one; arrows walk. Orange is what retains more than in the earlier snapshot.
 */
import { type KeyboardEvent, useRef, useState } from "react";
import type { HeapOwner, HeapOwners } from "@/api/types";
import { cx } from "@/ui/cx";
import { DataTable } from "@/ui/DataTable";
import { Panel } from "@/ui/Panel";
import { Empty, ErrorState, Skeleton } from "@/ui/States";
import { formatBytes, formatCount, formatTime } from "@/viz/format";
import { type Change, growthStep, type Snapshot } from "./model";
import styles from "./OwnersPanel.module.css";
import { boxesOf, neighbour, type OwnerBox } from "./ownerBoxes";
import { TypeName } from "./TypeName";
import { useOwners } from "./useHeap";
import { edgeText, plural } from "./words";

export interface OwnersPanelProps {
  snapshot: Snapshot;
  /** The types as they changed since the earlier snapshot; empty without one. */
  changes: ReadonlyMap<string, Change>;
  /** The earlier snapshot's letter, where there is one. */
  since: string | null;
  selected: string;
  onOpen(type: string, object: number | null): void;
}

export function OwnersPanel(props: OwnersPanelProps) {
  const { snapshot, since } = props;
  const owners = useOwners(snapshot);
  const { data } = owners;
  const at = `${snapshot.letter}, ${formatTime(snapshot.at_ms)}`;
  return (
    <Panel
      title={`Retained size by owner at ${snapshot.letter}`}
      unit={
        <>dominator tree by type{since && `; orange retains more than at ${since}, blue less`}</>
      }
      className={styles.panel}
      pin={() => ({ text: `Who retains how much at ${at}`, query: `snapshot:${snapshot.id}` })}
      table={data && (() => <OwnersTable owners={data} />)}
      legend={
        data &&
        data.left_out > 0 && (
          <span className="t3">
            {plural(data.left_out, "group")} below 0.4 % of the heap or deeper not drawn
          </span>
        )
      }
    >
      {owners.error ? (
        <ErrorState error={owners.error} onRetry={() => void owners.refetch()} />
      ) : !data ? (
        <Skeleton shape="rows" rows={4} />
      ) : data.owners.length === 0 ? (
        <Empty title="Nothing in this heap is owned" />
      ) : (
        <Boxes {...props} owners={data} />
      )}
    </Panel>
  );
}

function Boxes(props: OwnersPanelProps & { owners: HeapOwners }) {
  const { owners, changes, selected, onOpen } = props;
  const boxes = boxesOf(owners.owners, owners.bytes);
  const [cursor, setCursor] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const rows = Math.max(...boxes.map((box) => box.row)) + 1;
  const go = (box: OwnerBox) => {
    setCursor(box.index);
    list.current?.querySelector<HTMLElement>(`[data-index="${box.index}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const next = neighbour(boxes, cursor, event.key);
    if (!next || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    go(next);
  };
  return (
    <div className={styles.scroll}>
      <div className={styles.root}>
        <span>process</span>
        <span>{formatBytes(owners.bytes)}</span>
      </div>
      <div
        ref={list}
        role="group"
        aria-label="Owners; arrows walk the tree, Enter opens a type, T shows a table"
        className={styles.boxes}
        style={{ height: rows * ROW_PX }}
        onKeyDown={onKeyDown}
      >
        {boxes.map((box) => (
          <Box
            key={box.index}
            box={box}
            step={stepOf(changes, box.owner)}
            isSelected={box.owner.class === selected}
            isCursor={box.index === cursor}
            onPress={() => {
              setCursor(box.index);
              onOpen(box.owner.class, box.owner.objects === 1 ? box.owner.largest_id : null);
            }}
          />
        ))}
      </div>
    </div>
  );
}

const ROW_PX = 25;

function stepOf(changes: ReadonlyMap<string, Change>, owner: HeapOwner): number {
  const change = changes.get(owner.class);
  return change ? growthStep(change) : 0;
}

interface BoxProps {
  box: OwnerBox;
  step: number;
  isSelected: boolean;
  isCursor: boolean;
  onPress(): void;
}

function Box({ box, step, isSelected, isCursor, onPress }: BoxProps) {
  const { owner } = box;
  const name = nameOf(owner);
  const bytes = formatBytes(owner.retained_bytes);
  return (
    <button
      type="button"
      data-index={box.index}
      data-step={step}
      tabIndex={isCursor ? 0 : -1}
      aria-pressed={isSelected}
      title={`${name}\nretains ${bytes}, ${formatBytes(owner.self_bytes)} of its own`}
      className={cx(styles.box, isSelected && styles.selected)}
      style={{
        left: `${box.left * 100}%`,
        width: `calc(${box.width * 100}% - 1px)`,
        top: box.row * ROW_PX,
      }}
      onClick={onPress}
    >
      <span className={styles.name}>{name}</span>
      <span className="visually-hidden">, retains </span>
      <span className={box.width > 0.12 ? styles.bytes : "visually-hidden"}>{bytes}</span>
    </button>
  );
}

/** `event bus Registered`, `.handlers BTreeMap<…>`, `Journal × 19,412`. */
function nameOf(owner: HeapOwner): string {
  const edge = owner.edge ? `${edgeText("", owner.edge, owner.depth === 1)} ` : "";
  const count = owner.objects > 1 ? ` × ${formatCount(owner.objects)}` : "";
  return `${edge}${owner.class}${count}`;
}

function OwnersTable({ owners }: { owners: HeapOwners }) {
  const rows = owners.owners.map((owner, index) => ({ owner, index }));
  return (
    <DataTable
      label="Owners as a table"
      rows={rows}
      rowKey={(row) => String(row.index)}
      rowHeight={24}
      columns={[
        {
          id: "type",
          head: "Owner",
          width: "minmax(120px, 1fr)",
          cell: ({ owner }) => (
            <span style={{ paddingLeft: (owner.depth - 1) * 14 }}>
              <TypeName
                name={
                  owner.edge
                    ? `${edgeText("", owner.edge, owner.depth === 1)} ${owner.class}`
                    : owner.class
                }
              />
            </span>
          ),
        },
        {
          id: "objects",
          head: "Objects",
          width: "84px",
          align: "right",
          cell: ({ owner }) => formatCount(owner.objects),
        },
        {
          id: "own",
          head: "Shallow",
          width: "92px",
          align: "right",
          cell: ({ owner }) => formatBytes(owner.self_bytes),
        },
        {
          id: "retained",
          head: "Retained",
          width: "92px",
          align: "right",
          cell: ({ owner }) => formatBytes(owner.retained_bytes),
        },
      ]}
      foot={<span>{formatCount(owners.left_out)} smaller or deeper groups are not listed</span>}
    />
  );
}
