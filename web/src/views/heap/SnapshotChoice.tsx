/** A snapshot by its letter and time, chosen from a menu; and its letter alone. */
import { Choice } from "@/ui/Menu";
import { formatCount, formatTime } from "@/viz/format";
import styles from "./heap.module.css";
import type { Snapshot } from "./model";

export interface SnapshotChoiceProps {
  /** What is chosen: "From", "To", "Snapshot". */
  label: string;
  value: Snapshot;
  snapshots: readonly Snapshot[];
  /** Stands behind the time: the size of the heap. */
  size?: string;
  onChange(id: number): void;
}

export function SnapshotChoice({ label, value, snapshots, size, onChange }: SnapshotChoiceProps) {
  return (
    <Choice
      label={label}
      value={String(value.id)}
      sign={<Letter>{value.letter}</Letter>}
      shown={[formatTime(value.at_ms), size].filter(Boolean).join(" · ")}
      options={snapshots.map((snapshot) => ({
        value: String(snapshot.id),
        label: `${snapshot.letter}, ${formatTime(snapshot.at_ms, "seconds")}`,
        hint: `${formatCount(snapshot.nodes)} objects`,
      }))}
      onChange={(id) => onChange(Number(id))}
    />
  );
}

export function Letter({ children }: { children: string }) {
  return <b className={styles.letter}>{children}</b>;
}
