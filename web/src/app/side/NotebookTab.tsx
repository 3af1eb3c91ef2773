/** The notebook beside the tool: the latest first, and a field to write the next one. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "wouter";
import { api } from "@/api/endpoints";
import { queries } from "@/api/queries";
import type { NotebookEntry, Session } from "@/api/types";
import { showToast } from "@/state/toasts";
import { IconButton } from "@/ui/Button";
import { Chip } from "@/ui/Chip";
import { Icon, isIcon } from "@/ui/Icon";
import { Empty, ErrorState, Skeleton } from "@/ui/States";
import { ComposeEntry } from "@/views/shared/ComposeEntry";
import { formatRange } from "@/viz/format";
import { minutesAndSeconds } from "../Clock";
import styles from "./side.module.css";

const STATUS_WORDS = { open: "open", confirmed: "confirmed", ruled_out: "ruled out" } as const;

export function NotebookTab({ session }: { session: Session }) {
  const { data: entries, error, refetch } = useQuery(queries.notebook(session.id));
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!entries) return <Skeleton shape="text" />;
  const latest = [...entries].sort((a, b) => b.created_at_ms - a.created_at_ms);
  return (
    <>
      {latest.length === 0 ? (
        <Empty title="The notebook is empty">
          Press P over a chart or a table to pin it, or write a note.
        </Empty>
      ) : (
        <div className={styles.section}>
          {latest.map((entry) => (
            <EntryCard key={entry.id} entry={entry} session={session} />
          ))}
        </div>
      )}
      {session.state === "ready" && (
        <div className={styles.compose}>
          <ComposeEntry session={session} />
        </div>
      )}
    </>
  );
}

function EntryCard({ entry, session }: { entry: NotebookEntry; session: Session }) {
  const client = useQueryClient();
  const { queryKey } = queries.notebook(session.id);
  const remove = useMutation({
    mutationFn: () => api.notebook.remove(session.id, entry.id),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey });
      showToast({
        text: "Entry removed",
        icon: "trash",
        action: {
          label: "Undo",
          run: async () => {
            const { id: _id, created_at_ms: _created, updated_at_ms: _updated, ...content } = entry;
            await api.notebook.add(session.id, content);
            await client.invalidateQueries({ queryKey });
          },
        },
      });
    },
  });
  const icon =
    entry.tool && isIcon(entry.tool) ? entry.tool : entry.kind === "evidence" ? "pin" : "note";
  const range =
    entry.start_ms !== null && entry.end_ms !== null
      ? formatRange({ start: entry.start_ms, end: entry.end_ms })
      : null;
  return (
    <article className={styles.entry}>
      <div className={styles.entryHead}>
        <Icon name={icon} size={12} />
        <span>{entry.kind === "evidence" ? (entry.tool ?? "evidence") : entry.kind}</span>
        {range && entry.kind === "evidence" && <span>{range}</span>}
        {entry.status && (
          <Chip tone={entry.status === "confirmed" ? "ok" : "plain"}>
            {STATUS_WORDS[entry.status]}
          </Chip>
        )}
        <span className="grow" />
        <span>{clockOf(session, entry.created_at_ms)}</span>
        <IconButton small icon="trash" label="Remove this entry" onPress={() => remove.mutate()} />
      </div>
      <p className={styles.entryText}>
        {entry.url ? <Link href={entry.url}>{entry.text}</Link> : entry.text}
      </p>
      {entry.query && <code className="ellipsis">{entry.query}</code>}
    </article>
  );
}

function clockOf(session: Session, at: number): string {
  if (session.started_at_ms === null) return "";
  return minutesAndSeconds(Math.max(0, Math.round((at - session.started_at_ms) / 1000)));
}
