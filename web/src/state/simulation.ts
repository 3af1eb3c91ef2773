/**
 * The incident's simulation as it goes on: progress by server-sent events into one store, the session's changes
 * into the query cache. When the stream breaks, the session is asked for instead.
 */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { api } from "@/api/endpoints";
import { queries } from "@/api/queries";
import type { Preparation, Session } from "@/api/types";
import { createStore } from "./store";

/** The last progress of the session that is open; null before the first. */
export const progress = createStore<Preparation | null>(null);

/** Follows the simulation of a session for as long as it lasts. */
export function useSimulation(session: Session | undefined): void {
  const client = useQueryClient();
  const id = session?.id;
  const isSimulated = session?.state === "preparing" || session?.state === "playing";
  useEffect(() => {
    if (id === undefined || !isSimulated) return;
    const { queryKey } = queries.session(id);
    const refresh = () => void client.invalidateQueries({ queryKey });
    const take = (event: Event) => client.setQueryData(queryKey, data<Session>(event));
    const source = new EventSource(api.sessions.eventsUrl(id));
    source.addEventListener("progress", (event) => progress.set(data<Preparation>(event)));
    source.addEventListener("playing", take);
    source.addEventListener("ready", (event) => {
      source.close();
      take(event);
      void client.invalidateQueries({ queryKey: queries.recordings().queryKey });
      const { recording_id } = data<Session>(event);
      if (recording_id) {
        void client.invalidateQueries({ queryKey: queries.recording(recording_id).queryKey });
      }
    });
    source.addEventListener("failed", () => {
      source.close();
      refresh();
    });
    source.onerror = refresh;
    return () => {
      source.close();
      progress.set(null);
    };
  }, [id, isSimulated, client]);
}

function data<T>(event: Event): T {
  return JSON.parse((event as MessageEvent<string>).data) as T;
}
