/** Adds a place in the code to the draft of the answer, from wherever code is shown. */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { api } from "@/api/endpoints";
import { toProblem } from "@/api/problem";
import { queries } from "@/api/queries";
import type { Answer, CodeLocation } from "@/api/types";
import { showToast } from "@/state/toasts";
import { useWorkspace } from "@/state/workspace";

/** A function that adds, or null where there is no open answer. */
export function useAddLocation(): ((location: CodeLocation) => void) | null {
  const { session } = useWorkspace();
  const client = useQueryClient();
  const id = session?.state === "ready" ? session.id : null;
  const add = useCallback(
    async (location: CodeLocation) => {
      if (!id) return;
      try {
        const { queryKey } = queries.answer(id);
        const { draft } = await client.fetchQuery({ ...queries.answer(id), staleTime: 0 });
        const same = (other: CodeLocation) =>
          other.path === location.path && other.line === location.line;
        if (!draft.locations.some(same)) {
          const next = { ...draft, locations: [...draft.locations, location] };
          await api.answer.save(id, next);
          // The form begins with what is cached: an older draft there would undo this one.
          client.setQueryData(
            queryKey,
            (old: Answer | undefined) => old && { ...old, draft: next },
          );
        }
        const line = location.line === null ? "" : `:${location.line}`;
        showToast({ icon: "answer", text: `${location.path}${line} is in the answer` });
      } catch (error) {
        const problem = toProblem(error);
        showToast({ tone: "error", text: `Not added. ${problem.title}. ${problem.next_step}` });
      }
    },
    [id, client],
  );
  return id ? add : null;
}
