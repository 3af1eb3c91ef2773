/**
 * Top: rate, failures and duration of every service, with one legend. Middle: the same for the endpoints of
 * one service. Below: what that service waits for (pool, queue, database host).
 */
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { queries } from "@/api/queries";
import { useParams } from "@/state/location";
import { useStatus } from "@/state/status";
import { useWorkspace } from "@/state/workspace";
import { Legend } from "@/ui/Legend";
import { Choice } from "@/ui/Menu";
import { PanelGrid } from "@/ui/Panel";
import { Empty } from "@/ui/States";
import { ToolbarLine } from "@/ui/Toolbar";
import { ChartPanel } from "./ChartPanel";
import { EndpointPanel, useEndpointAnswers } from "./EndpointPanel";
import styles from "./Overview.module.css";
import { metricsParams } from "./params";
import { durationQuantile, failedShare, HTTP_DURATION, rateWindow, requestRate } from "./promql";
import { SaturationPanels, useSaturationAnswers } from "./SaturationPanels";
import { chartSeries } from "./seriesOf";
import { useAnnotations } from "./useAnnotations";
import { type RangeAnswer, useAnswerFacts, useRangeQueries, useStep } from "./useRangeQueries";

const BY_SERVICE = "service_name";

/** Services that serve HTTP in this recording, busiest first. */
function useServices(): string[] {
  const { recording } = useWorkspace();
  const seconds = Math.max(60, Math.round((recording.end_ms - recording.start_ms) / 1000));
  const { data } = useQuery(
    queries.metricsInstant(recording.id, {
      query: `sum by (${BY_SERVICE}) (increase(${HTTP_DURATION}_count[${seconds}s]))`,
      time_ms: recording.end_ms,
      asked_by: "page",
    }),
  );
  return useMemo(
    () =>
      [...(data?.series ?? [])]
        .sort((a, b) => Number(b.value) - Number(a.value))
        .flatMap((series) => series.labels[BY_SERVICE] ?? []),
    [data],
  );
}

export function useService(): { service: string | null; services: string[] } {
  const services = useServices();
  const [{ service }] = useParams(metricsParams);
  return { service: service || services[0] || null, services };
}

/** The toolbar's chip: which service the lower panels are about. */
export function ServiceChoice() {
  const { service, services } = useService();
  const [, set] = useParams(metricsParams);
  if (!service) return null;
  return (
    <>
      <ToolbarLine />
      <Choice
        label="Service"
        value={service}
        options={services.map((name) => ({ value: name, label: name }))}
        onChange={(next) => set({ service: next, endpoint: "" })}
        shown={`endpoints of ${service}`}
      />
    </>
  );
}

export function Overview() {
  const { recording, range, serviceColor } = useWorkspace();
  const names = useQuery(queries.metricNames(recording.id));
  const { service } = useService();
  const window = rateWindow(useStep(range));
  const [hovered, setHovered] = useState<string | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const annotations = useAnnotations();
  const noHttp = names.data && !names.data.some((m) => m.name === `${HTTP_DURATION}_count`);

  const top = useRangeQueries(
    noHttp
      ? [null, null, null]
      : [
          requestRate(BY_SERVICE, {}, window),
          failedShare(BY_SERVICE, {}, window),
          durationQuantile("p95", BY_SERVICE, {}, window),
        ],
  );
  const endpoints = useEndpointAnswers(noHttp ? null : service, window);
  const saturation = useSaturationAnswers(names.data ?? null, service, window);
  useStatus(useAnswerFacts([...top, ...endpoints, ...saturation.all]));

  if (noHttp && saturation.all.every((answer) => answer.query === "")) {
    return (
      <Empty title="This recording has no HTTP server metrics">
        The explorer shows all {names.data?.length ?? 0} metrics that it has.
      </Empty>
    );
  }

  const [rate, failed, duration] = top as [RangeAnswer, RangeAnswer, RangeAnswer];
  const series = (answer: RangeAnswer) =>
    chartSeries(answer.data, (labels) => labels[BY_SERVICE] ?? "unknown", serviceColor);
  const shared = { annotations, highlight: hovered, selected: chosen, onSelect: setChosen };

  return (
    <PanelGrid className={styles.grid}>
      <div className={styles.legend}>
        <span className="t3 small">Service</span>
        <Legend
          items={series(rate).map(({ id, label, color }) => ({ id, label, color }))}
          onHover={setHovered}
          selected={chosen}
          onSelect={setChosen}
        />
      </div>
      <ChartPanel
        {...shared}
        className={styles.third}
        title="Requests"
        unitText="per second"
        unit="per_second"
        answer={rate}
        series={series(rate)}
      />
      <ChartPanel
        {...shared}
        className={styles.third}
        title="Failed"
        unitText="% of requests"
        unit="percent"
        atLeast={5}
        answer={failed}
        series={series(failed)}
      />
      <ChartPanel
        {...shared}
        className={styles.third}
        title="Duration p95"
        unitText="seconds, log scale"
        unit="seconds"
        log
        axisWidth={52}
        answer={duration}
        series={series(duration)}
      />
      <EndpointPanel service={service} answers={endpoints} annotations={annotations} />
      <SaturationPanels saturation={saturation} service={service} annotations={annotations} />
    </PanelGrid>
  );
}
