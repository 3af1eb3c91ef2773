/** PromQL with completion of names, labels and values from one recording, through the page's own cache. */
import type { Extension } from "@codemirror/state";
import { type PrometheusClient, PromQLExtension } from "@prometheus-io/codemirror-promql";
import type { QueryClient } from "@tanstack/react-query";
import { queries } from "@/api/queries";

export function promqlLanguage(client: QueryClient, recording: string): Extension {
  return (
    new PromQLExtension()
      .setComplete({ remote: recordingClient(client, recording), maxMetricsMetadata: 10_000 })
      // The server judges queries: its words and positions are the ones that are shown.
      .activateLinter(false)
      .asExtension()
  );
}

/** What completion asks a Prometheus server for, answered from the recording. */
function recordingClient(client: QueryClient, recording: string): PrometheusClient {
  const metrics = () => client.fetchQuery(queries.metricNames(recording));
  const labels = (metric: string | undefined) =>
    client.fetchQuery(queries.metricLabels(recording, metric ?? ""));
  return {
    metricNames: async (prefix = "") =>
      (await metrics()).map((metric) => metric.name).filter((name) => name.startsWith(prefix)),
    labelNames: async (metric) =>
      (await labels(metric)).map((label) => label.name).filter((name) => name !== "__name__"),
    labelValues: async (name, metric) =>
      (await labels(metric)).find((label) => label.name === name)?.values ?? [],
    metricMetadata: async () =>
      Object.fromEntries(
        (await metrics()).map((metric) => [
          metric.name,
          [{ type: metric.type, help: metric.help }],
        ]),
      ),
    // Completion narrows values by the other matchers only where a server can; all values are offered.
    series: async () => [],
    flags: async () => ({}),
  };
}
