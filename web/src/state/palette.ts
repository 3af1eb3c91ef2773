/** Things a view offers to the palette beside its commands: metric names, files, drills. */
import { useEffect, useRef } from "react";
import type { IconName } from "@/ui/Icon";
import { createStore } from "./store";

export interface PaletteItem {
  id: string;
  title: string;
  icon?: IconName;
  mono?: boolean;
  hint?: string;
  run(): void;
}

export interface PaletteSource {
  group: string;
  items(): readonly PaletteItem[];
}

export const paletteSources = createStore<readonly PaletteSource[]>([]);

/** Offers items while the component is shown. `items` is called when the palette searches. */
export function usePaletteSource(group: string, items: () => readonly PaletteItem[]): void {
  const latest = useRef(items);
  latest.current = items;
  useEffect(() => {
    const source: PaletteSource = { group, items: () => latest.current() };
    paletteSources.set((all) => [...all, source]);
    return () => paletteSources.set((all) => all.filter((other) => other !== source));
  }, [group]);
}
