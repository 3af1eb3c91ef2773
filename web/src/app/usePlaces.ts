/** What the palette finds beside commands, wherever one is: metrics and services of the recording. */
import { useQuery } from "@tanstack/react-query";
import { queries } from "@/api/queries";
import { navigate, toolHref } from "@/state/location";
import { usePaletteSource } from "@/state/palette";
import type { Place } from "@/state/url";
import { useWorkspace } from "@/state/workspace";
import { rateWindow, starterFor } from "@/views/metrics/promql";
import { useStep } from "@/views/metrics/useRangeQueries";

export function usePlaces(place: Place): void {
  const { recording, range } = useWorkspace();
  const { data: names } = useQuery(queries.metricNames(recording.id));
  const window = rateWindow(useStep(range));

  usePaletteSource("Metrics", () =>
    (names ?? []).map((metric) => ({
      id: metric.name,
      title: metric.name,
      mono: true,
      icon: "metrics",
      hint: metric.type,
      run: () =>
        navigate(
          toolHref(place, "metrics", {
            params: { tab: "explorer", q: starterFor(metric, window) },
          }),
        ),
    })),
  );
  usePaletteSource("Services", () =>
    recording.services.flatMap((service) => [
      {
        id: `metrics.${service}`,
        title: `Endpoints of ${service}`,
        icon: "metrics" as const,
        run: () => navigate(toolHref(place, "metrics", { params: { service } })),
      },
      {
        id: `logs.${service}`,
        title: `Logs of ${service}`,
        icon: "logs" as const,
        run: () => navigate(toolHref(place, "logs", { params: { q: `service:${service}` } })),
      },
      {
        id: `traces.${service}`,
        title: `Traces of ${service}`,
        icon: "traces" as const,
        run: () => navigate(toolHref(place, "traces", { params: { q: `service:${service}` } })),
      },
    ]),
  );
}
