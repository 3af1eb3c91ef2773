/**
 * While an incident plays, its range stays and its content grows. What is on the screen is asked for again with
 * every further stretch, and once more when the recording is complete, so that no answer stays half.
 */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import type { Recording } from "@/api/types";

/** Stretches of the whole after which everything is asked for again; each costs the simulation some time. */
const STRETCHES = 24;

export function useGrowth(recording: Recording | undefined): void {
  const client = useQueryClient();
  const shown = useRef<{ id: string; until: number } | null>(null);
  useEffect(() => {
    if (!recording) return;
    const { id, start_ms, end_ms, recorded_until_ms, state } = recording;
    if (shown.current?.id !== id) {
      shown.current = { id, until: state === "sealed" ? Infinity : recorded_until_ms };
      return;
    }
    const { until } = shown.current;
    const isComplete = state === "sealed" && until !== Infinity;
    const isPlaying = state === "open" && recorded_until_ms < end_ms;
    const stretch = (end_ms - start_ms) / STRETCHES;
    if (!isComplete && !(isPlaying && recorded_until_ms - until >= stretch)) return;
    shown.current.until = isComplete ? Infinity : recorded_until_ms;
    void client.invalidateQueries({
      predicate: ({ queryKey }) => queryKey[1] === id && queryKey[0] !== "recording",
    });
  }, [recording, client]);
}
