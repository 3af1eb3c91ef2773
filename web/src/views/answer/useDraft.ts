/** The draft of the answer: changed at once on the page, saved by the server half a second later. */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { api } from "@/api/endpoints";
import { queries } from "@/api/queries";
import type { Answer, Diagnosis } from "@/api/types";

const SAVE_AFTER_MS = 500;

export type SaveState = "saved" | "saving" | { error: unknown };

export function useDraft(
  sessionId: string,
  sheet: Answer,
): { draft: Diagnosis; change(patch: Partial<Diagnosis>): void; save: SaveState } {
  const client = useQueryClient();
  const [draft, setDraft] = useState(sheet.draft);
  const [save, setSave] = useState<SaveState>("saved");
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const pending = useRef<Diagnosis | null>(null);

  const flush = useCallback(async () => {
    const next = pending.current;
    if (!next) return;
    pending.current = null;
    try {
      await api.answer.save(sessionId, next);
      client.setQueryData(queries.answer(sessionId).queryKey, (old: Answer | undefined) =>
        old ? { ...old, draft: next } : old,
      );
      setSave((now) => (pending.current ? now : "saved"));
    } catch (error) {
      pending.current ??= next;
      setSave({ error });
    }
  }, [client, sessionId]);

  const change = useCallback(
    (patch: Partial<Diagnosis>) => {
      setDraft((now) => {
        const next = { ...now, ...patch };
        pending.current = next;
        return next;
      });
      setSave("saving");
      if (timer.current) clearTimeout(timer.current);
      timer.current = setTimeout(() => void flush(), SAVE_AFTER_MS);
    },
    [flush],
  );

  // Leaving the tool must not lose the last half second of typing.
  useEffect(
    () => () => {
      if (timer.current) clearTimeout(timer.current);
      void flush();
    },
    [flush],
  );
  return { draft, change, save };
}
