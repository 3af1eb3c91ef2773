/**
 * What every tool needs to know about where it is: the session (if any), the recording, its bounds, and
 * the one time range that all tools share. The range lives in the address (`from`, `to`); without them it
 * is the drill's start range, or the whole recording.
 */
import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef } from "react";
import { useSearch } from "wouter";
import type { Recording, Session } from "@/api/types";
import { type HistoryMode, useParams } from "./location";
import { clampRange, MINUTE, type Range, rangeProblem, sameRange } from "./range";
import { rangeSpec, unreadParams } from "./url";

export interface Workspace {
  /** Null when a recording is open without a session. */
  session: Session | null;
  recording: Recording;
  bounds: Range;
  range: Range;
  /** Why the address' range is not the one that is shown, in words, or null. */
  rangeProblem: string | null;
  /** Sets the shared range, kept inside the recording. Zooming pushes history, dragging and panning replace. */
  setRange(range: Range, mode?: HistoryMode): void;
  /** Back to the range before the last zoom, or twice as wide. */
  zoomOut(): void;
  /** The token of a service's colour: the same on every screen of a session; grey after ten. */
  serviceColor(service: string): string;
}

const Context = createContext<Workspace | null>(null);

const SERIES_COLORS = 10;
/** How much of a live recording is shown at first. */
const LIVE_MS = 15 * MINUTE;

export function useWorkspace(): Workspace {
  const workspace = useContext(Context);
  if (!workspace) throw new Error("useWorkspace is used outside a workspace");
  return workspace;
}

export interface WorkspaceProviderProps {
  session: Session | null;
  recording: Recording;
  children: ReactNode;
}

export function WorkspaceProvider({ session, recording, children }: WorkspaceProviderProps) {
  const [{ from, to }, setParams] = useParams(rangeSpec);
  const history = useRef<Range[]>([]);
  const { start_ms, end_ms, services } = recording;
  const bounds = useMemo<Range>(() => ({ start: start_ms, end: end_ms }), [start_ms, end_ms]);
  const startRange = session?.start_range;
  const isOpen = recording.state === "open";

  const unread = unreadParams(rangeSpec, useSearch());
  const problem = rangeProblem(
    unread.includes("from") ? undefined : from,
    unread.includes("to") ? undefined : to,
    bounds,
  );
  const range = useMemo<Range>(() => {
    if (from !== null && to !== null && problem === null)
      return clampRange({ start: from, end: to }, bounds);
    if (startRange) {
      return clampRange({ start: startRange.start_ms, end: startRange.end_ms }, bounds);
    }
    // A live recording is watched at its end.
    return isOpen ? clampRange({ start: bounds.end - LIVE_MS, end: bounds.end }, bounds) : bounds;
  }, [from, to, problem, bounds, startRange, isOpen]);

  const latest = useRef(range);
  latest.current = range;

  const setRange = useCallback(
    (next: Range, mode: HistoryMode = "push") => {
      const clamped = clampRange(next, bounds);
      if (sameRange(clamped, latest.current) && problem === null) return;
      if (mode === "push") history.current = [...history.current.slice(-49), latest.current];
      setParams({ from: clamped.start, to: clamped.end }, mode);
    },
    [bounds, problem, setParams],
  );

  const zoomOut = useCallback(() => {
    const previous = history.current.pop();
    const { start, end } = latest.current;
    const half = (end - start) / 2;
    const next = previous ?? { start: start - half, end: end + half };
    const clamped = clampRange(next, bounds);
    setParams({ from: clamped.start, to: clamped.end }, "push");
  }, [bounds, setParams]);

  const serviceColor = useCallback(
    (service: string) => {
      const at = services.indexOf(service);
      return at >= 0 && at < SERIES_COLORS ? `--s${at + 1}` : "--idle";
    },
    [services],
  );

  const value = useMemo<Workspace>(
    () => ({
      session,
      recording,
      bounds,
      range,
      rangeProblem: problem,
      setRange,
      zoomOut,
      serviceColor,
    }),
    [session, recording, bounds, range, problem, setRange, zoomOut, serviceColor],
  );
  return <Context.Provider value={value}>{children}</Context.Provider>;
}
