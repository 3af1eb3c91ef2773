/** The whole notebook: hypotheses with where they stand, evidence with its query, notes; oldest first. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { api } from "@/api/endpoints";
import { queries } from "@/api/queries";
import type { EntryStatus, NotebookEntry, Session } from "@/api/types";
import { useParams } from "@/state/location";
import { useStatus } from "@/state/status";
import { oneOf } from "@/state/url";
import { useWorkspace } from "@/state/workspace";
import { Button } from "@/ui/Button";
import { Chip } from "@/ui/Chip";
import { TextField } from "@/ui/Field";
import { Icon, isIcon } from "@/ui/Icon";
import { Segmented } from "@/ui/Segmented";
import { Empty, ErrorState, InlineError, Skeleton } from "@/ui/States";
import { ViewTabs } from "@/ui/Tabs";
import { Toolbar } from "@/ui/Toolbar";
import { ComposeEntry } from "@/views/shared/ComposeEntry";
import { formatCount, formatRange, formatTime } from "@/viz/format";
import styles from "./NotebookView.module.css";

const spec = { kind: oneOf(["all", "hypothesis", "evidence", "note"], "all") };

const STATUSES: readonly { value: EntryStatus; label: string }[] = [
  { value: "open", label: "Open" },
  { value: "confirmed", label: "Confirmed" },
  { value: "ruled_out", label: "Ruled out" },
];

export default function NotebookView() {
  const { session } = useWorkspace();
  if (!session) return <Empty title="A recording alone has no notebook" />;
  return <Notebook session={session} />;
}

function Notebook({ session }: { session: Session }) {
  const [{ kind }, setParams] = useParams(spec);
  const notebook = useQuery(queries.notebook(session.id));
  const entries = [...(notebook.data ?? [])].sort((a, b) => a.created_at_ms - b.created_at_ms);
  const of = (wanted: string) => entries.filter((entry) => entry.kind === wanted).length;
  const shown = entries.filter((entry) => kind === "all" || entry.kind === kind);
  const open = session.state === "ready";
  useStatus([`${formatCount(entries.length)} entries`]);
  return (
    <>
      <Toolbar label="Notebook">
        <ViewTabs
          label="Kind of entry"
          value={kind}
          tabs={[
            { value: "all", label: "All", count: entries.length },
            { value: "hypothesis", label: "Hypotheses", count: of("hypothesis") },
            { value: "evidence", label: "Evidence", count: of("evidence") },
            { value: "note", label: "Notes", count: of("note") },
          ]}
          onChange={(value) => setParams({ kind: value })}
        />
      </Toolbar>
      <div className={styles.page}>
        {notebook.error ? (
          <ErrorState error={notebook.error} onRetry={() => void notebook.refetch()} />
        ) : !notebook.data ? (
          <Skeleton shape="text" rows={8} />
        ) : shown.length === 0 ? (
          <Empty title={kind === "all" ? "The notebook is empty" : "Nothing of this kind yet"}>
            Write below what you suspect, and press P over anything in the tools that speaks for or
            against it.
          </Empty>
        ) : (
          <ul>
            {shown.map((entry) => (
              <Entry key={entry.id} entry={entry} sessionId={session.id} open={open} />
            ))}
          </ul>
        )}
        {open && (
          <section className={styles.compose} aria-label="New entry">
            <ComposeEntry session={session} first="hypothesis" />
          </section>
        )}
      </div>
    </>
  );
}

function Entry({
  entry,
  sessionId,
  open,
}: {
  entry: NotebookEntry;
  sessionId: string;
  open: boolean;
}) {
  const client = useQueryClient();
  const [editing, setEditing] = useState<string | null>(null);
  const { queryKey } = queries.notebook(sessionId);
  const change = useMutation({
    mutationFn: (patch: { text?: string; status?: EntryStatus }) =>
      api.notebook.change(sessionId, entry.id, patch),
    onSuccess: async () => {
      setEditing(null);
      await client.invalidateQueries({ queryKey });
    },
  });
  const saveText = () => {
    const text = editing?.trim() ?? "";
    if (text !== "") change.mutate({ text });
  };
  const icon = entry.tool && isIcon(entry.tool) ? entry.tool : "note";
  return (
    <li className={styles.entry}>
      <span className={styles.kind}>
        <Icon name={icon} size={14} /> {entry.kind}
      </span>
      <div className="grow">
        {editing === null ? (
          <p className={styles.text}>
            {entry.url ? (
              <Link className="accent" href={entry.url}>
                {entry.text}
              </Link>
            ) : (
              entry.text
            )}
          </p>
        ) : (
          <TextField
            label="Text of this entry"
            hideLabel
            rows={3}
            value={editing}
            onChange={setEditing}
            onSubmit={saveText}
            autoFocus
          />
        )}
        {entry.query && <code className={styles.query}>{entry.query}</code>}
        <p className="t3 small">
          {formatTime(entry.created_at_ms, "seconds")} UTC
          {entry.tool && `, ${entry.tool}`}
          {typeof entry.start_ms === "number" &&
            typeof entry.end_ms === "number" &&
            `, ${formatRange({ start: entry.start_ms, end: entry.end_ms })} of the incident`}
        </p>
        {change.error && <InlineError error={change.error} />}
      </div>
      {entry.kind === "hypothesis" && !open && (
        <Chip tone={entry.status === "confirmed" ? "ok" : "plain"}>
          {STATUSES.find(({ value }) => value === entry.status)?.label ?? "Open"}
        </Chip>
      )}
      {entry.kind === "hypothesis" && open && (
        <Segmented
          label={`Where the hypothesis stands: ${entry.text}`}
          value={entry.status ?? "open"}
          options={STATUSES}
          onChange={(status) => change.mutate({ status })}
        />
      )}
      {open &&
        (editing === null ? (
          <Button small kind="ghost" icon="edit" onPress={() => setEditing(entry.text)}>
            Edit
          </Button>
        ) : (
          <>
            <Button small kind="ghost" onPress={() => setEditing(null)}>
              Cancel
            </Button>
            <Button small onPress={saveText}>
              Save
            </Button>
          </>
        ))}
    </li>
  );
}
