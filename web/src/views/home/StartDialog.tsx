/** Before a drill starts: the seed and the level. Enter starts with what the drill suggests. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/endpoints";
import { toProblem } from "@/api/problem";
import { queries } from "@/api/queries";
import type { Drill, Level } from "@/api/types";
import { navigate } from "@/state/location";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { TextField } from "@/ui/Field";
import { Choice } from "@/ui/Menu";
import { InlineError } from "@/ui/States";
import styles from "./StartDialog.module.css";

const LARGEST_SEED = 2n ** 64n - 1n;

export function StartDialog({ drill, onClose }: { drill: Drill; onClose(): void }) {
  const client = useQueryClient();
  const [seed, setSeed] = useState("");
  const [touched, setTouched] = useState(false);
  const [level, setLevel] = useState<Level>(drill.level);
  const wrong = seedError(seed);

  const start = useMutation({
    mutationFn: () =>
      api.sessions.create({
        drill_id: drill.id,
        seed: seed.trim() === "" ? undefined : seed.trim(),
        difficulty: level,
      }),
    onSuccess: (session) => {
      client.setQueryData(queries.session(session.id).queryKey, session);
      void client.invalidateQueries({ queryKey: queries.sessions().queryKey });
      onClose();
      navigate(`/sessions/${session.id}`);
    },
  });
  const problem = start.error ? toProblem(start.error) : null;
  const seedProblem = problem?.code.includes("seed") ? problem.detail || problem.title : null;
  const submit = () => {
    setTouched(true);
    if (!wrong && !start.isPending) start.mutate();
  };

  return (
    <Dialog
      open
      onClose={onClose}
      title={drill.title}
      actions={
        <>
          <Button onPress={onClose}>Back</Button>
          <Button kind="primary" onPress={submit}>
            {start.isPending ? "Starting" : "Start"}
          </Button>
        </>
      }
    >
      <p>{drill.summary}</p>
      <div className={styles.form}>
        <TextField
          beside
          autoFocus
          mono
          label="Seed"
          placeholder="a new one"
          value={seed}
          onChange={setSeed}
          onBlur={() => setTouched(seed !== "")}
          onSubmit={submit}
          error={touched ? (wrong ?? seedProblem) : null}
          help="The same seed is the same incident, to the byte. Leave it empty for a new one."
        />
        <div className={styles.line}>
          <span className={styles.label}>Level</span>
          <Choice
            label="Level"
            value={level}
            onChange={setLevel}
            options={(["junior", "mid", "senior", "staff"] as const).map((value) => ({
              value,
              label: value,
              hint: value === drill.level ? "suggested" : undefined,
            }))}
          />
        </div>
        <div className={styles.line}>
          <span className={styles.label}>Time</span>
          <span>{drill.minutes} min, counted from when the incident is complete</span>
        </div>
      </div>
      {problem && !seedProblem && <InlineError error={start.error} />}
    </Dialog>
  );
}

/** What is wrong with a typed seed, or null. Empty is fine: the server draws one. */
export function seedError(text: string): string | null {
  const seed = text.trim();
  if (seed === "") return null;
  if (!/^\d{1,20}$/.test(seed)) return "A seed is a whole number, for example 7.";
  return BigInt(seed) > LARGEST_SEED ? `A seed is at most ${LARGEST_SEED}.` : null;
}
