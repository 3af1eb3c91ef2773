/** The catalogue's filters, kept in the address, and what they let through. */
import type { Drill } from "@/api/types";
import { oneOf, type ParamsOf, text } from "@/state/url";

export const homeParams = {
  text: text(),
  kind: oneOf(["all", "investigate", "fix", "design"], "all"),
  level: oneOf(["any", "junior", "mid", "senior", "staff"], "any"),
  most: oneOf(["any", "10", "20", "30"], "any"),
  sort: oneOf(["system", "minutes", "level"], "system"),
};

export type HomeFilters = ParamsOf<typeof homeParams>;

const LEVELS = ["junior", "mid", "senior", "staff"];

export function filterDrills(drills: readonly Drill[], filters: HomeFilters): Drill[] {
  const words = filters.text.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = drills.filter((drill) => {
    const hay = `${drill.title} ${drill.summary} ${drill.system.title}`.toLowerCase();
    return (
      words.every((word) => hay.includes(word)) &&
      (filters.kind === "all" || drill.kind === filters.kind) &&
      (filters.level === "any" || drill.level === filters.level) &&
      (filters.most === "any" || drill.minutes <= Number(filters.most))
    );
  });
  if (filters.sort === "minutes") return shown.sort((a, b) => a.minutes - b.minutes);
  if (filters.sort === "level") {
    return shown.sort((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level));
  }
  return shown;
}

/** Drills by system, in the order in which systems first appear. */
export function bySystem(drills: readonly Drill[]): { system: Drill["system"]; drills: Drill[] }[] {
  const groups = new Map<string, { system: Drill["system"]; drills: Drill[] }>();
  for (const drill of drills) {
    const group = groups.get(drill.system.id) ?? { system: drill.system, drills: [] };
    group.drills.push(drill);
    groups.set(drill.system.id, group);
  }
  return [...groups.values()];
}
