/** Hints in order. The next one is offered at once, with the time from which it is due. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api } from "@/api/endpoints";
import { queries } from "@/api/queries";
import type { Session } from "@/api/types";
import { Button } from "@/ui/Button";
import { Icon } from "@/ui/Icon";
import { Markdown } from "@/ui/Markdown";
import { Empty, ErrorState, InlineError, Skeleton } from "@/ui/States";
import { minutesAndSeconds } from "../Clock";
import styles from "./side.module.css";

export function HintsTab({ session }: { session: Session }) {
  const client = useQueryClient();
  const { data: hints, error, refetch } = useQuery(queries.hints(session.id));
  const show = useMutation({
    mutationFn: () => api.hints.show(session.id),
    onSuccess: (next) => client.setQueryData(queries.hints(session.id).queryKey, next),
  });
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!hints) return <Skeleton shape="text" />;
  if (hints.total === 0) return <Empty title="This drill has no hints" />;
  return (
    <>
      {hints.shown.map((hint) => (
        <section key={hint.number} className={styles.section}>
          <h3 className={styles.head}>
            <Icon name="hint" size={14} />
            Hint {hint.number}
            <span className={`t3 ${styles.t}`}>{shownAt(session, hint.shown_at_ms)}</span>
          </h3>
          <Markdown text={hint.text_md} />
        </section>
      ))}
      <section className={styles.section}>
        {hints.next && session.state === "ready" ? (
          <div className={styles.foot}>
            <Due seconds={hints.next.due_after_s} startedAt={session.started_at_ms} />
            <Button
              small
              onPress={() => show.mutate()}
              disabledReason={show.isPending ? "On its way" : null}
            >
              Show hint {hints.next.number}
            </Button>
          </div>
        ) : (
          <p className="t3 small">{noMore(session, hints.shown.length === hints.total)}</p>
        )}
        {show.error && <InlineError error={show.error} />}
      </section>
    </>
  );
}

/** Why no further hint is offered. */
function noMore(session: Session, allShown: boolean): string {
  if (allShown) return "All hints are shown.";
  return session.state === "playing"
    ? "Hints are offered once the clock runs."
    : "The drill is closed.";
}

function shownAt(session: Session, shownAtMs: number): string {
  if (session.started_at_ms === null) return "";
  const seconds = Math.max(0, Math.round((shownAtMs - session.started_at_ms) / 1000));
  return `shown at ${minutesAndSeconds(seconds)}`;
}

/** When the drill's author meant the hint to be read, counted from the start. */
function Due({ seconds, startedAt }: { seconds: number; startedAt: number | null }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const left = startedAt === null ? 0 : Math.ceil(seconds - (now - startedAt) / 1000);
  return (
    <span className="t3 small">{left > 0 ? `Due in ${minutesAndSeconds(left)}` : "Due now"}</span>
  );
}
