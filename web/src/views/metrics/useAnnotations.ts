import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { queries } from "@/api/queries";
import { useWorkspace } from "@/state/workspace";
import type { ChartAnnotation } from "@/viz/TimeSeries";

/** As many points as the strip asks for, so that both share one answer. */
export const STRIP_POINTS = 600;

/** Deployments, configuration changes and restarts of the recording, for charts. */
export function useAnnotations(): ChartAnnotation[] {
  const { recording } = useWorkspace();
  const { data } = useQuery(queries.timeline(recording.id, STRIP_POINTS));
  return useMemo(
    () =>
      (data?.annotations ?? []).map((annotation) => ({
        timeMs: annotation.time_ms,
        kind: annotation.kind,
        text: annotation.text,
      })),
    [data],
  );
}
