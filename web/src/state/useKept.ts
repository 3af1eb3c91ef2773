/**
 * The last good result: what was shown stays while a question that cannot be answered is being mended. An error
 * must not take away what one was looking at.
 */
import { useRef } from "react";

export function useKept<T>(now: T | undefined): T | undefined {
  const last = useRef<T | undefined>(undefined);
  if (now !== undefined) last.current = now;
  return now ?? last.current;
}
