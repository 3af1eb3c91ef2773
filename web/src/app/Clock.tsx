/**
 * The drill's clock: what is left of its minutes since the session was ready. It changes once a second
 * without blinking, and is read out at five minutes, one minute and the end only.
 */
import { useEffect, useState } from "react";
import type { Session } from "@/api/types";
import styles from "./Clock.module.css";

export function Clock({ session }: { session: Session }) {
  const running = session.state === "ready" && session.started_at_ms !== null;
  const now = useNow(running);
  const started = session.started_at_ms;
  if (started === null) return null;
  const total = session.drill.minutes * 60;
  const elapsed = Math.max(0, Math.floor(((session.handed_in_at_ms ?? now) - started) / 1000));
  const left = total - elapsed;
  const share = Math.min(1, Math.max(0, left / total));
  const over = left < 0;
  return (
    <div
      className={styles.clock}
      style={{ "--share": `${share * 100}%` } as React.CSSProperties}
      title={`${session.drill.minutes} minutes for this drill`}
    >
      <b>{minutesAndSeconds(running ? Math.abs(left) : elapsed)}</b>
      <span className="t3">{running ? (over ? "over" : "left") : "used"}</span>
      <span className="visually-hidden" aria-live="polite">
        {running ? announcement(left) : ""}
      </span>
    </div>
  );
}

export function minutesAndSeconds(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function announcement(left: number): string {
  if (left <= 0) return "The time of this drill is up. You can still hand in.";
  if (left <= 60) return "One minute left";
  if (left <= 300) return "Five minutes left";
  return "";
}

function useNow(running: boolean): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [running]);
  return now;
}
