/** The database tool: sessions and pool over time, who is in which state and who blocks whom, top queries. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "@/api/endpoints";
import { useParams } from "@/state/location";
import { useStatus } from "@/state/status";
import { useCommands } from "@/state/useCommand";
import { useWorkspace } from "@/state/workspace";
import { IconButton } from "@/ui/Button";
import { Empty, ErrorState, Skeleton } from "@/ui/States";
import { ViewTabs } from "@/ui/Tabs";
import { LinkButton, Toolbar, ToolbarLine } from "@/ui/Toolbar";
import { formatCount, formatNanos, formatTime } from "@/viz/format";
import { Blockers } from "./Blockers";
import styles from "./DatabaseView.module.css";
import { databaseSpec } from "./params";
import { SessionCharts, useBusiestInstant } from "./SessionCharts";
import { SessionTable } from "./SessionTable";
import { Statements } from "./Statements";
import { chooseSample } from "./samples";

export default function DatabaseView() {
  const { recording, range } = useWorkspace();
  const [{ view, at }, setParams] = useParams(databaseSpec);
  const times = { start_ms: range.start, end_ms: range.end };
  const samples = useQuery({
    queryKey: ["database-samples", recording.id, times],
    queryFn: ({ signal }) => api.database.samples(recording.id, times, { signal }),
    placeholderData: keepPreviousData,
  });
  const busiest = useBusiestInstant();
  const instants = samples.data?.times_ms ?? [];
  const index = useMemo(
    () => (busiest === undefined ? -1 : chooseSample(instants, at, busiest, range)),
    [instants, at, busiest, range],
  );
  const instant = instants[index] ?? null;
  // Until a person chooses an instant, the page shows the busiest one by itself.
  const asked_by: "person" | "page" = at === null ? "page" : "person";
  const sessions = useQuery({
    queryKey: ["database-sessions", recording.id, instant, asked_by],
    queryFn: ({ signal }) =>
      api.database.sessions(recording.id, { at_ms: instant ?? 0, asked_by }, { signal }),
    enabled: instant !== null,
    placeholderData: keepPreviousData,
  });
  const go = (to: number) => {
    const next = instants[Math.min(Math.max(to, 0), instants.length - 1)];
    if (next !== undefined) setParams({ at: next });
  };
  useCommands([
    {
      id: "database.earlier",
      title: "Earlier sample",
      group: "In this tool",
      keys: ["["],
      run: () => go(index - 1),
    },
    {
      id: "database.later",
      title: "Later sample",
      group: "In this tool",
      keys: ["]"],
      run: () => go(index + 1),
    },
  ]);
  useStatus(
    sessions.data
      ? [
          `${formatCount(instants.length)} samples in range`,
          `sessions in ${formatNanos(sessions.data.query_ms * 1e6)}`,
          sessions.data.sessions.length < sessions.data.total
            ? `${formatCount(sessions.data.total - sessions.data.sessions.length)} sessions left out`
            : "nothing left out",
        ]
      : [],
  );

  return (
    <>
      <Toolbar label="Database">
        <ViewTabs
          label="View of the database"
          value={view}
          tabs={[
            { value: "overview", label: "Overview" },
            { value: "queries", label: "Queries" },
          ]}
          onChange={(value) => setParams({ view: value })}
        />
        <ToolbarLine />
        <span className="t2">{samples.data?.databases.join(", ")}</span>
        <span className="grow" />
        {view === "overview" && (
          <span className={styles.sample}>
            {at === null ? "Busiest sample" : "Sample"}
            <IconButton
              small
              icon="left"
              label="Earlier sample"
              keys="["
              onPress={() => go(index - 1)}
            />
            <b aria-live="polite">{instant === null ? "none" : formatTime(instant, "seconds")}</b>
            <IconButton
              small
              icon="right"
              label="Later sample"
              keys="]"
              onPress={() => go(index + 1)}
            />
          </span>
        )}
        <LinkButton />
      </Toolbar>
      {view === "queries" ? (
        <Statements wide />
      ) : (
        <div className={styles.layout}>
          <div className={styles.main}>
            <SessionCharts
              marker={instant}
              onInstant={(timeMs) => setParams({ at: Math.round(timeMs) })}
            />
            {samples.error ? (
              <ErrorState error={samples.error} onRetry={() => void samples.refetch()} />
            ) : sessions.error ? (
              <ErrorState error={sessions.error} onRetry={() => void sessions.refetch()} />
            ) : sessions.data && instant !== null ? (
              <SessionTable sample={sessions.data} />
            ) : samples.data && instants.length === 0 ? (
              <Empty title="No database sample in this range">
                The database is sampled every few seconds. Widen the range.
              </Empty>
            ) : (
              <Skeleton shape="rows" rows={8} />
            )}
          </div>
          <div className={styles.side}>
            {sessions.data && instant !== null ? <Blockers sample={sessions.data} /> : <div />}
            <Statements />
          </div>
        </div>
      )}
    </>
  );
}
