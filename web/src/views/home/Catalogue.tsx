/** The drills as rows, grouped by system. One tab stop: arrows move between rows, Enter starts or goes on. */
import { type KeyboardEvent, useState } from "react";
import type { Drill, Session } from "@/api/types";
import { toolInfo } from "@/app/tools";
import { isTool } from "@/state/url";
import { cx } from "@/ui/cx";
import { Icon } from "@/ui/Icon";
import { Sparkline } from "@/ui/Sparkline";
import styles from "./Catalogue.module.css";
import { bySystem } from "./params";

export interface CatalogueProps {
  drills: readonly Drill[];
  openSessions: readonly Session[];
  onStart(drill: Drill): void;
  onContinue(session: Session): void;
}

export function Catalogue({ drills, openSessions, onStart, onContinue }: CatalogueProps) {
  const [focused, setFocused] = useState<string | null>(null);
  const groups = bySystem(drills);
  const order = groups.flatMap((group) => group.drills.map((drill) => drill.id));
  const tabStop = focused && order.includes(focused) ? focused : order[0];

  const onKeyDown = (event: KeyboardEvent) => {
    const at = order.indexOf(tabStop ?? "");
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: order.length - 1 }[event.key];
    const next = to === undefined ? undefined : order[Math.min(Math.max(to, 0), order.length - 1)];
    if (next === undefined) return;
    event.preventDefault();
    setFocused(next);
    document.getElementById(`drill-${next}`)?.focus();
  };

  return (
    <>
      <div className={cx(styles.grid, styles.head)} aria-hidden="true">
        <span className={styles.wide}>Symptom</span>
        <span>Kind</span>
        <span className="num">Time</span>
        <span>Level</span>
        <span>Tools</span>
        <span>Best score</span>
        <span />
      </div>
      <div className={styles.list}>
        {groups.map(({ system, drills: ofSystem }) => (
          <section key={system.id} aria-label={system.title}>
            <h3 className={styles.system}>
              {system.title}
              <span className={styles.description}>{system.description}</span>
              <span className={styles.count}>
                {ofSystem.length} {ofSystem.length === 1 ? "drill" : "drills"}
              </span>
            </h3>
            <ul>
              {ofSystem.map((drill) => {
                const session = openSessions.find((open) => open.drill.id === drill.id) ?? null;
                return (
                  <DrillRow
                    key={drill.id}
                    drill={drill}
                    session={session}
                    tabStop={drill.id === tabStop}
                    onFocus={() => setFocused(drill.id)}
                    onKeyDown={onKeyDown}
                    onPress={() => (session ? onContinue(session) : onStart(drill))}
                  />
                );
              })}
            </ul>
          </section>
        ))}
      </div>
    </>
  );
}

interface DrillRowProps {
  drill: Drill;
  session: Session | null;
  tabStop: boolean;
  onFocus(): void;
  onKeyDown(event: KeyboardEvent): void;
  onPress(): void;
}

function DrillRow({ drill, session, tabStop, onFocus, onKeyDown, onPress }: DrillRowProps) {
  const verb = session ? "Continue" : "Start";
  return (
    <li className={cx(styles.grid, styles.row, session && styles.open)}>
      {drill.shape && (
        <div className={styles.shape}>
          <Sparkline values={drill.shape} max={1.05} />
        </div>
      )}
      <div className={cx(styles.symptom, !drill.shape && styles.wide)}>
        <button
          type="button"
          id={`drill-${drill.id}`}
          className={styles.title}
          tabIndex={tabStop ? 0 : -1}
          aria-label={`${verb}: ${drill.title}. ${drill.kind}, ${drill.minutes} minutes, ${drill.level}`}
          onFocus={onFocus}
          onKeyDown={onKeyDown}
          onClick={onPress}
        >
          {drill.title}
        </button>
        <div className={styles.summary}>{drill.summary}</div>
      </div>
      <span className="t2">{drill.kind}</span>
      <span className="t2 num">{drill.minutes} min</span>
      <span className="t2">{drill.level}</span>
      <span className={styles.tools}>
        {drill.tools.map(
          (tool) =>
            isTool(tool) && (
              <span key={tool} title={toolInfo(tool).label}>
                <Icon name={toolInfo(tool).icon} size={14} />
              </span>
            ),
        )}
      </span>
      <Best best={drill.best} />
      <span className={styles.verb} aria-hidden="true">
        {verb}
      </span>
    </li>
  );
}

function Best({ best }: { best: Drill["best"] }) {
  if (!best) return <span className="t3">not tried</span>;
  const text = `${best.points} of ${best.max}`;
  if (best.points < best.max) return <span className="t2">{text}</span>;
  return (
    <span className="ok nowrap">
      <Icon name="checkCircle" size={14} /> {text}
    </span>
  );
}
