/** Until there is something to look at: what runs, how far, cancel. The clock of the drill has not started yet. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/endpoints";
import { Problem } from "@/api/problem";
import { queries } from "@/api/queries";
import type { Preparation, ProblemDetails, Session } from "@/api/types";
import { PlainFrame } from "@/app/PlainFrame";
import { navigate } from "@/state/location";
import { progress } from "@/state/simulation";
import { useStore } from "@/state/useStore";
import { Button } from "@/ui/Button";
import { Chip } from "@/ui/Chip";
import { Icon } from "@/ui/Icon";
import { Markdown } from "@/ui/Markdown";
import { Banner, ErrorState } from "@/ui/States";
import { formatCount, formatLong, formatSeconds } from "@/viz/format";
import styles from "./PreparingView.module.css";

export function PreparingView({ session }: { session: Session }) {
  const client = useQueryClient();
  const preparation = useStore(progress) ?? session.preparation;
  const cancel = useMutation({
    mutationFn: () => api.sessions.remove(session.id),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: queries.sessions().queryKey });
      navigate("/");
    },
  });
  const retry = useMutation({
    mutationFn: () => api.sessions.retry(session.id),
    onSuccess: (next) => client.setQueryData(queries.session(session.id).queryKey, next),
  });

  return (
    <PlainFrame
      title={session.drill.title}
      pageTitle={session.drill.title}
      facts={
        <>
          <Chip>{session.drill.system.id}</Chip>
          <Chip tone="line" mono>
            seed {session.seed}
          </Chip>
        </>
      }
    >
      <div className={styles.layout}>
        <section className={styles.progress} aria-label="Preparation">
          {session.state === "failed" ? (
            <Failed
              problem={session.problem}
              retryError={retry.error}
              onRetry={() => retry.mutate()}
              onRemove={() => cancel.mutate()}
            />
          ) : (
            <Running preparation={preparation} onCancel={() => cancel.mutate()} />
          )}
        </section>
        {session.brief_md !== "" && (
          <section className={styles.brief} aria-label="Brief">
            <h2 className={styles.briefHead}>Brief</h2>
            <Markdown text={session.brief_md} />
            <p className="t3 small">
              {session.drill.minutes} min. The tools open after the first virtual minutes; the clock
              starts when the incident is complete.
            </p>
          </section>
        )}
      </div>
    </PlainFrame>
  );
}

function Running({ preparation, onCancel }: { preparation: Preparation; onCancel(): void }) {
  const { fraction, virtual_elapsed_ms, virtual_total_ms, spans, logs, eta_ms } = preparation;
  const percent = Math.round(fraction * 100);
  const sealing = fraction >= 1;
  return (
    <>
      <div className={styles.line}>
        <b className="medium">Running the incident</b>
        <span className="t2">
          {virtual_total_ms > 0
            ? `${formatLong(virtual_elapsed_ms)} of ${formatLong(virtual_total_ms)}`
            : "starting"}
        </span>
      </div>
      <div
        className={styles.track}
        role="progressbar"
        aria-label="Running the incident"
        aria-valuenow={percent}
        aria-valuemin={0}
        aria-valuemax={100}
      >
        <i style={{ width: `${percent}%` }} />
      </div>
      <div className={`${styles.line} small t3`}>
        <span>
          {formatCount(spans)} spans, {formatCount(logs)} log lines recorded
        </span>
        <span>
          {eta_ms !== null && !sealing ? `about ${formatLong(Math.max(eta_ms, 1000))} more` : ""}
        </span>
      </div>
      <ul className={styles.steps}>
        <Step state={virtual_elapsed_ms > 0 ? "done" : "now"} label="Start the system" />
        <Step
          state={sealing ? "done" : virtual_elapsed_ms > 0 ? "now" : "later"}
          label="Load and conditions"
          took={formatSeconds(Math.round(preparation.elapsed_ms / 100) / 10)}
        />
        <Step state={sealing ? "now" : "later"} label="Seal the recording" />
      </ul>
      <Button small onPress={onCancel}>
        Cancel
      </Button>
    </>
  );
}

function Step({
  state,
  label,
  took,
}: {
  state: "done" | "now" | "later";
  label: string;
  took?: string;
}) {
  return (
    <li className={styles[state]} aria-current={state === "now" ? "step" : undefined}>
      {state === "done" ? <Icon name="check" size={12} /> : <i className={styles.dot} />}
      <span className="grow">{label}</span>
      {state !== "later" && took && <span className="t3 num">{took}</span>}
    </li>
  );
}

interface FailedProps {
  problem: ProblemDetails | null;
  retryError: unknown;
  onRetry(): void;
  onRemove(): void;
}

function Failed({ problem, retryError, onRetry, onRemove }: FailedProps) {
  return (
    <>
      {problem ? (
        <ErrorState error={new Problem(problem)} />
      ) : (
        <Banner tone="error" title="The incident could not be run" />
      )}
      {Boolean(retryError) && <ErrorState error={retryError} />}
      <div className={styles.actions}>
        <Button kind="primary" onPress={onRetry}>
          Run it again
        </Button>
        <Button onPress={onRemove}>Remove this session</Button>
      </div>
    </>
  );
}
