/**
 * Whether the server answers. Every request reports here; when one finds no server, a probe of
 * `/version` runs with growing pauses until one succeeds. The frame shows the banner.
 */
import { createStore } from "@/state/store";

export interface Connection {
  gone: boolean;
  /** When the next probe starts, in milliseconds since the epoch. */
  nextTryAt: number;
}

const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 30_000;

export const connection = createStore<Connection>({ gone: false, nextTryAt: 0 });

let pauseMs = FIRST_PAUSE_MS;
let timer: ReturnType<typeof setTimeout> | undefined;

export function reportAnswer(): void {
  if (!connection.get().gone) return;
  clearTimeout(timer);
  pauseMs = FIRST_PAUSE_MS;
  connection.set({ gone: false, nextTryAt: 0 });
}

export function reportNoAnswer(): void {
  if (connection.get().gone) return;
  schedule();
}

/** Probes at once; used by the banner's button. */
export async function probe(): Promise<void> {
  clearTimeout(timer);
  try {
    const response = await fetch("/api/v1/version", { signal: AbortSignal.timeout(5_000) });
    if (response.ok) return reportAnswer();
  } catch {
    // Still gone: the next probe is scheduled below.
  }
  pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  schedule();
}

function schedule(): void {
  connection.set({ gone: true, nextTryAt: Date.now() + pauseMs });
  timer = setTimeout(probe, pauseMs);
}
