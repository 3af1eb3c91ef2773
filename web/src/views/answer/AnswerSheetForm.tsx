/** What is wrong, where, how it leads to what customers see, what shows it, and what it is not. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/endpoints";
import { queries } from "@/api/queries";
import type { Answer, Diagnosis, NotebookEntry } from "@/api/types";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Checkbox, TextField } from "@/ui/Field";
import { Empty, InlineError } from "@/ui/States";
import { Toolbar } from "@/ui/Toolbar";
import styles from "./AnswerSheetForm.module.css";
import { ChainEditor } from "./ChainEditor";
import { ChoiceList } from "./ChoiceList";
import { LocationsEditor } from "./LocationsEditor";
import { type SaveState, useDraft } from "./useDraft";

export interface AnswerSheetFormProps {
  sessionId: string;
  /** Why it cannot be handed in yet, in words, or null. */
  tooEarly: string | null;
  sheet: Answer;
  entries: readonly NotebookEntry[];
}

export function AnswerSheetForm({ sessionId, tooEarly, sheet, entries }: AnswerSheetFormProps) {
  const { draft, change, save } = useDraft(sessionId, sheet);
  const [asking, setAsking] = useState(false);
  const { form } = sheet;
  const evidence = entries.filter((entry) => entry.kind === "evidence");
  const missing = unanswered(draft);
  return (
    <>
      <Toolbar label="Answer">
        <h2 className={styles.title}>Your diagnosis</h2>
        <Saved state={save} />
        <span className="grow" />
        <Button kind="primary" onPress={() => setAsking(true)} disabledReason={tooEarly}>
          Hand in
        </Button>
      </Toolbar>
      <div className={styles.sheet}>
        <Question number={1} title="What is wrong?" help="The mechanism that fits best.">
          <ChoiceList
            label="Mechanism"
            options={byLabel(form.mechanisms)}
            value={draft.mechanism ?? null}
            onChange={(mechanism) => change({ mechanism })}
          />
        </Question>
        <Question number={2} title="In which part of the system?">
          <ChoiceList
            label="Component"
            options={byLabel(form.components)}
            value={draft.component ?? null}
            onChange={(component) => change({ component })}
            columns
          />
        </Question>
        <Question
          number={3}
          title="Where in the code?"
          help="File and function. In the Code tool, press a line number and “Add to the answer”."
        >
          <LocationsEditor
            locations={draft.locations}
            onChange={(locations) => change({ locations })}
          />
        </Question>
        <Question
          number={4}
          title="How does it lead to what customers see?"
          help="Pick the steps that happened and put them in order, the cause first. Not all of them happened."
        >
          <ChainEditor
            steps={byLabel(form.chain_steps)}
            chain={draft.chain}
            onChange={(chain) => change({ chain })}
          />
        </Question>
        <Question
          number={5}
          title="What shows it?"
          help="Points come from what you asked in the tools and pinned. What you tick here is for the reader: it tells an interviewer which of it convinced you."
        >
          {evidence.length === 0 ? (
            <Empty title="Nothing is pinned yet">
              Press P over a chart, a table or a trace to pin it.
            </Empty>
          ) : (
            <ul className={styles.checks}>
              {evidence.map((entry) => (
                <li key={entry.id}>
                  <Checkbox
                    checked={draft.evidence.includes(entry.id)}
                    onChange={(checked) =>
                      change({ evidence: toggled(draft.evidence, entry.id, checked) })
                    }
                  >
                    <span>
                      {entry.text} {entry.query && <code className="t3 small">{entry.query}</code>}
                    </span>
                  </Checkbox>
                </li>
              ))}
            </ul>
          )}
        </Question>
        <Question
          number={6}
          title="What is it not?"
          help="Things that happened around the same time, or that one would suspect, and that you ruled out. A suspect counts as ruled out when you also looked: ticking alone brings nothing."
        >
          <ul className={styles.columns}>
            {form.suspects.map((suspect) => (
              <li key={suspect.id}>
                <Checkbox
                  checked={draft.ruled_out.includes(suspect.id)}
                  onChange={(checked) =>
                    change({ ruled_out: toggled(draft.ruled_out, suspect.id, checked) })
                  }
                >
                  {suspect.label}
                </Checkbox>
              </li>
            ))}
          </ul>
        </Question>
        <Question
          number={7}
          title="In your own words"
          help="Cause, fix and prevention, as you would write it to a colleague. Read by people, not scored."
        >
          <TextField
            label="In your own words"
            hideLabel
            rows={8}
            value={draft.text}
            onChange={(text) => change({ text })}
          />
        </Question>
      </div>
      {asking && (
        <HandInDialog
          sessionId={sessionId}
          draft={draft}
          missing={missing}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}

/** Closed lists in an order that tells nothing. */
function byLabel<T extends { label: string }>(options: readonly T[]): T[] {
  return [...options].sort((a, b) => a.label.localeCompare(b.label, "en"));
}

function Question({
  number,
  title,
  help,
  children,
}: {
  number: number;
  title: string;
  help?: string;
  children: React.ReactNode;
}) {
  return (
    <section className={styles.question} aria-label={title}>
      <div className={styles.head}>
        <span className={styles.number}>{number}</span>
        <div>
          <h2 className={styles.asked}>{title}</h2>
          {help && <p className="t3 small">{help}</p>}
        </div>
      </div>
      <div className={styles.body}>{children}</div>
    </section>
  );
}

function Saved({ state }: { state: SaveState }) {
  if (typeof state === "object") return <InlineError error={state.error} />;
  return (
    <span className="t3 small" aria-live="polite">
      {state === "saved" ? "Saved" : "Saving"}
    </span>
  );
}

interface HandInDialogProps {
  sessionId: string;
  draft: Diagnosis;
  missing: readonly string[];
  onClose(): void;
}

/** Handing in cannot be undone, so it asks, and says what is still open. */
function HandInDialog({ sessionId, draft, missing, onClose }: HandInDialogProps) {
  const client = useQueryClient();
  const handIn = useMutation({
    mutationFn: () => api.answer.handIn(sessionId, draft),
    onSuccess: async (result) => {
      client.setQueryData(queries.result(sessionId).queryKey, result);
      client.setQueryData(queries.answer(sessionId).queryKey, (old) => old && { ...old, draft });
      await client.invalidateQueries({ queryKey: queries.session(sessionId).queryKey });
      await client.invalidateQueries({ queryKey: queries.sessions().queryKey });
    },
  });
  return (
    <Dialog
      open
      title="Hand in this diagnosis?"
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>Go on</Button>
          <Button
            kind="primary"
            onPress={() => handIn.mutate()}
            disabledReason={handIn.isPending ? "On its way" : null}
          >
            Hand in
          </Button>
        </>
      }
    >
      <p>
        The clock stops, and the score and the solution are shown. It cannot be changed after that.
      </p>
      {missing.length > 0 && <p className={styles.missing}>Still open: {missing.join(", ")}.</p>}
      {handIn.error && <InlineError error={handIn.error} />}
    </Dialog>
  );
}

function unanswered(draft: Diagnosis): string[] {
  return [
    draft.mechanism ? "" : "what is wrong",
    draft.component ? "" : "the part of the system",
    draft.locations.length > 0 ? "" : "where in the code",
    draft.chain.length > 0 ? "" : "how it leads to what customers see",
  ].filter((name) => name !== "");
}

function toggled(list: readonly string[], id: string, on: boolean): string[] {
  return on ? [...list.filter((other) => other !== id), id] : list.filter((other) => other !== id);
}
