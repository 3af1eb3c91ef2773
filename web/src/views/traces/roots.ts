/**
 * Requests and background work, in words of the filter language. The tool opens with requests: the list is
 * ordered by duration, and long background jobs would fill its first page. The
 * choice is nothing but terms of the filter, so what is left out can be read in the field and taken out there.
 */
import { hasTerm, removeTerm, together } from "@/state/filterText";

export const ROOTS = ["requests", "background", "all"] as const;
export type Roots = (typeof ROOTS)[number];

const TERMS: Record<Roots, readonly string[]> = {
  requests: ["root:true", "kind:server"],
  background: ["root:true", "-kind:server"],
  all: [],
};

/** What the filter says about roots. Alternatives that are not kept together say nothing. */
export function rootsOf(filter: string): Roots {
  if (together(filter) !== filter) return "all";
  const says = (roots: Roots) => TERMS[roots].every((term) => hasTerm(filter, term));
  return says("requests") ? "requests" : says("background") ? "background" : "all";
}

/** The filter with its choice of roots changed, and everything else as it was. */
export function withRoots(filter: string, roots: Roots): string {
  const rest =
    rootsOf(filter) === "all" ? filter : TERMS[rootsOf(filter)].reduce(removeTerm, filter);
  if (TERMS[roots].length === 0) return rest;
  const others = together(TERMS[roots].reduce(removeTerm, rest));
  return [...TERMS[roots], others].join(" ").trim();
}

export const REQUESTS = withRoots("", "requests");
