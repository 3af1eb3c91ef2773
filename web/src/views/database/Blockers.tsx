/** Who blocks whom at one instant: sessions that hold what others wait for, with those below them. */
import type { DatabaseSession, DatabaseSessions } from "@/api/types";
import { useParams } from "@/state/location";
import { Chip, Swatch } from "@/ui/Chip";
import { cx } from "@/ui/cx";
import { Panel } from "@/ui/Panel";
import { formatCount, formatNanos, formatTime } from "@/viz/format";
import styles from "./Blockers.module.css";
import { type Blocked, blockingTree } from "./blocking";
import { databaseSpec } from "./params";
import { STATE_COLORS, stateOf } from "./states";

export function Blockers({ sample }: { sample: DatabaseSessions }) {
  const [{ pid }, setParams] = useParams(databaseSpec);
  const roots = blockingTree(sample.sessions);
  const waiting = sample.sessions.filter((session) => session.blocked_by.length > 0).length;
  const at = formatTime(sample.time_ms ?? 0, "seconds");
  return (
    <Panel
      title="Blocking"
      unit={
        roots.length > 0
          ? `${formatCount(roots.length)} at the root, ${formatCount(waiting)} wait behind them`
          : `at ${at}`
      }
      scroll
      pin={() => ({
        text: `Blocking at ${at}: ${formatCount(waiting)} ${waiting === 1 ? "session waits" : "sessions wait"} for a lock`,
        query: `sessions blocking at:${at}`,
      })}
    >
      {roots.length === 0 ? (
        <p className={styles.none}>No session waits for a lock of another.</p>
      ) : (
        <ul className={styles.tree}>
          {roots.map((root) => (
            <Branch
              key={root.session.pid}
              node={root}
              depth={0}
              selected={pid}
              onSelect={(session) => setParams({ pid: session.pid })}
            />
          ))}
        </ul>
      )}
    </Panel>
  );
}

interface BranchProps {
  node: Blocked;
  depth: number;
  selected: number | null;
  onSelect(session: DatabaseSession): void;
}

function Branch({ node, depth, selected, onSelect }: BranchProps) {
  const { session } = node;
  return (
    <li>
      <button
        type="button"
        className={cx(styles.row, session.pid === selected && styles.selected)}
        style={{ paddingLeft: 12 + depth * 16 }}
        onClick={() => onSelect(session)}
      >
        <span className={styles.head}>
          <Swatch color={STATE_COLORS[stateOf(session)]} />
          <b className="medium">{session.pid}</b>
          <span>{session.application_name}</span>
          <span className="t3">{stateOf(session)}</span>
          <span className="grow" />
          {session.blocks > 0 && <Chip tone="error">blocks {formatCount(session.blocks)}</Chip>}
          <span>{formatNanos(session.state_duration_ns)}</span>
        </span>
        <span className={styles.query}>{session.query}</span>
      </button>
      {node.waiting.length > 0 && (
        <ul>
          {node.waiting.map((child) => (
            <Branch
              key={child.session.pid}
              node={child}
              depth={depth + 1}
              selected={selected}
              onSelect={onSelect}
            />
          ))}
        </ul>
      )}
    </li>
  );
}
