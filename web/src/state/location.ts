/**
 * Binds the URL codec to the browser. Navigation pushes a history entry, adjustment replaces it: a
 * person who presses Back expects the last place, not the last keystroke.
 */
import { useCallback, useMemo } from "react";
import { useSearch } from "wouter";
import { navigate, usePathname } from "wouter/use-browser-location";
import {
  type ParamsOf,
  type Place,
  readParams,
  readPlace,
  type Spec,
  type Tool,
  writeParams,
  writePlace,
} from "./url";

export type HistoryMode = "push" | "replace";

/** Where the page is, or null outside a workspace (home). */
export function usePlace(): Place | null {
  const pathname = usePathname();
  return useMemo(() => readPlace(pathname), [pathname]);
}

/**
 * A tool's parameters and a setter. The setter reads the address when it is called, so that two calls
 * in one tick do not undo each other.
 */
export function useParams<S extends Spec>(
  spec: S,
): [ParamsOf<S>, (patch: Partial<ParamsOf<S>>, mode?: HistoryMode) => void] {
  const search = useSearch();
  const values = useMemo(() => readParams(spec, search), [spec, search]);
  const set = useCallback(
    (patch: Partial<ParamsOf<S>>, mode: HistoryMode = "replace") => {
      const { pathname, search: now } = window.location;
      const next = writeParams(spec, now, patch);
      if (next !== now) navigate(pathname + next, { replace: mode === "replace" });
    },
    [spec],
  );
  return [values, set];
}

/** Parameters that every tool keeps when the tool changes. */
const SHARED = ["v", "from", "to"];

/** The address of another tool in the same scope, with the range kept and `params` set. */
export function toolHref(
  place: Place,
  tool: Tool,
  options: { rest?: string; params?: Record<string, string>; search?: string } = {},
): string {
  const now = new URLSearchParams(options.search ?? window.location.search);
  const next = new URLSearchParams();
  for (const key of SHARED) {
    const value = now.get(key);
    if (value !== null) next.set(key, value);
  }
  for (const [key, value] of Object.entries(options.params ?? {})) next.set(key, value);
  const search = next.toString();
  return (
    writePlace({ scope: place.scope, tool, rest: options.rest ?? "" }) +
    (search ? `?${search}` : "")
  );
}

/** A function that goes to a tool of this workspace, keeping the range. */
export function useGoTo(): (
  tool: Tool,
  options?: { rest?: string; params?: Record<string, string> },
) => void {
  const place = usePlace();
  return useCallback(
    (tool, options) => {
      if (place) navigate(toolHref(place, tool, options));
    },
    [place],
  );
}

export { navigate };
