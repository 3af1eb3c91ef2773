/**
 * One crosshair for every chart of the page: the instant under the pointer or the keyboard cursor.
 * Charts write it with their own name as `source` and draw whatever is in it.
 */
import { createStore } from "@/state/store";

export interface Crosshair {
  timeMs: number;
  /** Which chart moved it: only that one shows the tooltip. */
  source: string;
}

export const crosshair = createStore<Crosshair | null>(null);

export function moveCrosshair(source: string, timeMs: number | null): void {
  const now = crosshair.get();
  if (timeMs === null) {
    if (now?.source === source) crosshair.set(null);
  } else if (now?.timeMs !== timeMs || now.source !== source) {
    crosshair.set({ source, timeMs });
  }
}
