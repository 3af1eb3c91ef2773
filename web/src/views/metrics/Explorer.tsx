/** Any PromQL over the recording: metrics to pick from, the query, its picture and its numbers. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { toProblem } from "@/api/problem";
import { queries } from "@/api/queries";
import type { MetricName } from "@/api/types";
import { useParams } from "@/state/location";
import { useStatus } from "@/state/status";
import { useCommands } from "@/state/useCommand";
import { useWorkspace } from "@/state/workspace";
import { Button } from "@/ui/Button";
import QueryEditor from "@/ui/editor/QueryEditor";
import { Checkbox } from "@/ui/Field";
import { Panel } from "@/ui/Panel";
import { Banner, Empty, InlineError, Skeleton } from "@/ui/States";
import { TimeSeries, TimeSeriesTable } from "@/ui/TimeSeries";
import { copyText } from "@/ui/Toolbar";
import type { Series } from "@/viz/TimeSeries";
import styles from "./Explorer.module.css";
import { MetricList } from "./MetricList";
import { metricsParams } from "./params";
import { HTTP_DURATION, rateWindow, starterFor, unitOf, unitOfValues } from "./promql";
import { promqlLanguage } from "./promqlLanguage";
import { SeriesTable } from "./SeriesTable";
import { chartSeries, peak, seriesName } from "./seriesOf";
import { useAnnotations } from "./useAnnotations";
import { type RangeAnswer, useAnswerFacts, useRangeQueries, useStep } from "./useRangeQueries";

/** More lines than this cannot be told apart; the table has them all. */
const LINES = 30;
const COLORS = 10;

export default function Explorer() {
  const { recording, range } = useWorkspace();
  const client = useQueryClient();
  const [{ q }, set] = useParams(metricsParams);
  const [draft, setDraft] = useState(q);
  const language = useMemo(() => promqlLanguage(client, recording.id), [client, recording.id]);
  const { data: names } = useQuery(queries.metricNames(recording.id));
  const [answer] = useRangeQueries([q === "" ? null : q], "person") as [RangeAnswer];
  const window = rateWindow(useStep(range));
  const focusEditor = useRef<(() => void) | null>(null);
  useStatus(useAnswerFacts(useMemo(() => [answer], [answer])));
  useEffect(() => setDraft(q), [q]);

  const run = (text: string) => {
    const next = text.trim();
    if (next === q) answer.refetch();
    else set({ q: next }, "push");
  };
  const take = (metric: MetricName) => run(starterFor(metric, window));

  useCommands([
    {
      id: "metrics.query",
      title: "Write a query",
      group: "In this tool",
      keys: ["/"],
      run: () => focusEditor.current?.(),
    },
  ]);

  const problem = answer.error && q === draft.trim() ? toProblem(answer.error) : null;

  return (
    <div className={styles.layout}>
      <MetricList names={names ?? null} onTake={take} current={q} />
      <div className={styles.main}>
        <div className={styles.query}>
          <QueryEditor
            label="PromQL query"
            value={draft}
            onChange={setDraft}
            onSubmit={run}
            language={language}
            placeholder="A PromQL query, for example sum by (service_name) (rate(…[1m]))"
            problem={problem}
            focusRef={focusEditor}
          />
          <Button onPress={() => run(draft)}>Run</Button>
        </div>
        {Boolean(answer.error) && (
          <div className={styles.error}>
            <InlineError error={answer.error} />
            {answer.data && (
              <p className="t3 small">The chart still shows the last query that worked.</p>
            )}
          </div>
        )}
        {q === "" ? (
          <Start names={names ?? []} window={window} onRun={run} />
        ) : (
          <Result answer={answer} query={q} />
        )}
      </div>
    </div>
  );
}

function Result({ answer, query }: { answer: RangeAnswer; query: string }) {
  const { recording } = useWorkspace();
  const [{ log, stacked }, set] = useParams(metricsParams);
  const [hovered, setHovered] = useState<string | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const annotations = useAnnotations();
  const { data } = answer;
  const series = useMemo(() => ranked(answer), [answer]);
  const unit = unitOfValues(unitOf(query), series[0] ? peak(series[0]) : 0);
  if (!data) return answer.error ? null : <Skeleton shape="chart" />;
  if (series.length === 0) {
    return (
      <Empty title="No series matches in this range">
        The query is valid. A metric or label value may be spelt differently, or have no samples
        here.
      </Empty>
    );
  }
  const drawn = series.slice(0, LINES);
  return (
    <>
      {data.truncated && (
        <Banner
          flush
          tone="warn"
          title={`First ${data.series.length} of ${data.series_total} series`}
        >
          Aggregate with sum by (…), or pick label values, to see all of them.
        </Banner>
      )}
      {data.warnings.map((warning) => (
        <Banner key={warning} flush tone="info" title={warning} />
      ))}
      <Panel
        className={styles.chart}
        title="Result"
        unit={chartUnit(unit, log, drawn.length, series.length)}
        actions={
          <span className={styles.options}>
            <Checkbox checked={stacked} onChange={(on) => set({ stacked: on })}>
              Stacked
            </Checkbox>
            <Checkbox checked={log} onChange={(on) => set({ log: on })}>
              Log scale
            </Checkbox>
            <Button
              kind="ghost"
              small
              icon="copy"
              onPress={() => void copyText(query, "Query copied")}
            >
              Copy query
            </Button>
          </span>
        }
        pin={() => ({ text: `Query result, ${series.length} series`, query })}
        table={() => (
          <TimeSeriesTable label="Result" times={answer.times} series={drawn} unit={unit} />
        )}
      >
        <TimeSeries
          label={`Result of ${query}`}
          times={answer.times}
          series={drawn}
          stale={answer.stale}
          unit={unit}
          log={log && !stacked}
          stacked={stacked}
          axisWidth={60}
          annotations={annotations}
          annotationLabels
          timePill
          highlight={hovered}
          selected={chosen}
          onSelect={setChosen}
        />
      </Panel>
      <div className={styles.series}>
        <SeriesTable
          key={recording.id}
          times={answer.times}
          series={series}
          data={data}
          unit={unit}
          selected={chosen}
          onSelect={setChosen}
          onHover={setHovered}
        />
      </div>
    </>
  );
}

function chartUnit(unit: string, log: boolean, drawn: number, all: number): string {
  const name = { seconds: "seconds", bytes: "bytes", ratio: "%", percent: "%", count: "value" }[
    unit
  ];
  return [name, log && "log scale", drawn < all && `${drawn} of ${all} series drawn`]
    .filter(Boolean)
    .join(", ");
}

/** Highest peak first; colours in that order, grey after ten. */
function ranked(answer: RangeAnswer): Series[] {
  return chartSeries(answer.data, seriesName, () => "--idle")
    .map((series) => ({ series, top: peak(series) }))
    .sort((a, b) => b.top - a.top || a.series.id.localeCompare(b.series.id))
    .map(({ series }, i) => ({ ...series, color: i < COLORS ? `--s${i + 1}` : "--idle" }));
}

function Start({
  names,
  window,
  onRun,
}: {
  names: readonly MetricName[];
  window: string;
  onRun(query: string): void;
}) {
  if (names.length === 0) return <Empty title="This recording has no metrics" />;
  const http = names.some((metric) => metric.name === `${HTTP_DURATION}_count`);
  const first = names[0];
  return (
    <Empty
      title="Take a metric from the list, or write a query"
      actions={
        <>
          {http && (
            <Button
              small
              onPress={() =>
                onRun(`sum by (service_name) (rate(${HTTP_DURATION}_count[${window}]))`)
              }
            >
              Requests by service
            </Button>
          )}
          {first && (
            <Button small onPress={() => onRun(starterFor(first, window))}>
              {first.name}
            </Button>
          )}
        </>
      }
    >
      Enter runs it, Shift+Enter breaks the line. Ctrl+Space offers names, labels and values.
    </Empty>
  );
}
