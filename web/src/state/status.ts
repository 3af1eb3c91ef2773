/**
 * The right side of the status bar: how long the queries took and what was left out. A view says it with
 * `useStatus(["12 queries in 61 ms", "nothing left out", "15 s resolution"])`.
 */
import { useEffect } from "react";
import { createStore } from "./store";

export const status = createStore<readonly string[]>([]);

export function useStatus(items: readonly string[]): void {
  const signature = items.join("\n");
  useEffect(() => {
    status.set(signature === "" ? [] : signature.split("\n"));
    return () => status.set([]);
  }, [signature]);
}
