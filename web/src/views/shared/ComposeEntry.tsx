/** Writing a note or a hypothesis into the notebook. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/endpoints";
import { queries } from "@/api/queries";
import type { EntryKind, Session } from "@/api/types";
import { Button } from "@/ui/Button";
import { TextField } from "@/ui/Field";
import { Segmented } from "@/ui/Segmented";
import { InlineError } from "@/ui/States";
import styles from "./ComposeEntry.module.css";

export interface ComposeEntryProps {
  session: Session;
  /** What is chosen at first. */
  first?: EntryKind;
}

export function ComposeEntry({ session, first = "note" }: ComposeEntryProps) {
  const client = useQueryClient();
  const [kind, setKind] = useState<EntryKind>(first);
  const [text, setText] = useState("");
  const add = useMutation({
    mutationFn: () =>
      api.notebook.add(session.id, {
        kind,
        text: text.trim(),
        status: kind === "hypothesis" ? "open" : null,
        tool: null,
        url: null,
        query: null,
        start_ms: null,
        end_ms: null,
      }),
    onSuccess: async () => {
      setText("");
      await client.invalidateQueries({ queryKey: queries.notebook(session.id).queryKey });
    },
  });
  const submit = () => text.trim() !== "" && add.mutate();
  return (
    <div>
      <TextField
        label="New entry"
        hideLabel
        rows={2}
        value={text}
        onChange={setText}
        onSubmit={submit}
        placeholder={
          kind === "hypothesis"
            ? "What you suspect, and what would show it"
            : "Write a note, or press P anywhere to pin"
        }
      />
      <div className={styles.foot}>
        <Segmented
          label="Kind of entry"
          value={kind}
          onChange={setKind}
          options={[
            { value: "note", label: "Note" },
            { value: "hypothesis", label: "Hypothesis" },
          ]}
        />
        <Button
          small
          onPress={submit}
          disabledReason={text.trim() === "" ? "Write something first" : null}
        >
          Save
        </Button>
      </div>
      {add.error && <InlineError error={add.error} />}
    </div>
  );
}
