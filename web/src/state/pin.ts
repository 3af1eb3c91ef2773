/**
 * Pinning: from anything on the page to a piece of evidence in the notebook, with the tool, the address,
 * the query and the time range in which it was seen.
 */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { api } from "@/api/endpoints";
import { explain, toProblem } from "@/api/problem";
import { queries } from "@/api/queries";
import { usePlace } from "./location";
import type { Range } from "./range";
import { showToast } from "./toasts";
import { useWorkspace } from "./workspace";

export interface Pin {
  /** What one sees, as a sentence: "Duration p95 by endpoint". The person can change it later. */
  text: string;
  /** The query behind it, in the tool's language. */
  query?: string | null;
  /** The address that shows it; by default the present one. */
  url?: string;
  /** By default the workspace's range. */
  range?: Range;
}

/** A function that pins, or null where there is no session to pin into. */
export function usePin(): ((pin: Pin) => void) | null {
  const { session, range } = useWorkspace();
  const place = usePlace();
  const client = useQueryClient();
  const sessionId = session?.id ?? null;
  const tool = place?.tool ?? null;

  const pin = useCallback(
    async (what: Pin) => {
      if (!sessionId) return;
      const { queryKey } = queries.notebook(sessionId);
      try {
        const entry = await api.notebook.add(sessionId, {
          kind: "evidence",
          text: what.text,
          status: null,
          tool: tool === "notebook" || tool === "answer" ? null : tool,
          url: what.url ?? window.location.pathname + window.location.search,
          query: what.query ?? null,
          start_ms: what.range?.start ?? range.start,
          end_ms: what.range?.end ?? range.end,
        });
        await client.invalidateQueries({ queryKey });
        showToast({
          icon: "pin",
          text: "Pinned to the notebook",
          action: {
            label: "Undo",
            run: async () => {
              await api.notebook.remove(sessionId, entry.id);
              await client.invalidateQueries({ queryKey });
            },
          },
        });
      } catch (error) {
        const problem = toProblem(error);
        showToast({ tone: "error", text: `Not pinned. ${problem.title}. ${explain(problem)}` });
      }
    },
    [sessionId, tool, range, client],
  );
  return sessionId ? pin : null;
}
