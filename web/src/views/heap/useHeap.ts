/** The answers behind the heap tool. What a person chose is theirs; what is there at once the page asks for by itself. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "@/api/endpoints";
import { queries } from "@/api/queries";
import { useWorkspace } from "@/state/workspace";
import { STRIP_POINTS } from "@/views/metrics/useAnnotations";
import { isSameLife, type Pair, processesOf, type Snapshot } from "./model";
import { ownNames } from "./words";

/** All types of a heap; a program has some hundreds. */
const ALL_TYPES = 1000;
/** Ways that are told apart; further ones are counted. */
const WAYS = 20;
/** Groups that keep less of the heap are not drawn: they would be thinner than four pixels. */
const MIN_SHARE = 0.004;
const DEPTH = 12;
export const OBJECTS = 50;

type AskedBy = "person" | "page";

/** The processes of the recording with their snapshots; null while it is not known yet. */
export function useProcesses() {
  const { recording } = useWorkspace();
  const list = useQuery({
    queryKey: ["heap-snapshots", recording.id],
    queryFn: ({ signal }) => api.heap.snapshots(recording.id, { signal }),
    placeholderData: keepPreviousData,
  });
  const timeline = useQuery(queries.timeline(recording.id, STRIP_POINTS));
  const annotations = timeline.data?.annotations;
  const processes = useMemo(
    () => (list.data && annotations ? processesOf(list.data.snapshots, annotations) : null),
    [list.data, annotations],
  );
  return {
    processes,
    error: list.error ?? (timeline.data ? null : timeline.error),
    retry: () => {
      void list.refetch();
      void timeline.refetch();
    },
  };
}

export function useDiff(pair: Pair | null, asked_by: AskedBy) {
  const { recording } = useWorkspace();
  const ask = pair && {
    from: pair.from.id,
    to: pair.to.id,
    same_process: isSameLife(pair),
    limit: ALL_TYPES,
    asked_by,
  };
  return useQuery({
    queryKey: ["heap-diff", recording.id, ask],
    queryFn: ({ signal }) => api.heap.diff(recording.id, ask ?? { from: 0, to: 0 }, { signal }),
    enabled: ask !== null,
    placeholderData: keepPreviousData,
  });
}

export function useSummary(snapshot: Snapshot | null, asked_by: AskedBy) {
  const { recording } = useWorkspace();
  const id = snapshot?.id ?? null;
  return useQuery({
    queryKey: ["heap-summary", recording.id, id, asked_by],
    queryFn: ({ signal }) =>
      api.heap.summary(recording.id, id ?? 0, { limit: ALL_TYPES, asked_by }, { signal }),
    enabled: id !== null,
    placeholderData: keepPreviousData,
  });
}

export function useOwners(snapshot: Snapshot) {
  const { recording } = useWorkspace();
  const ask = { depth: DEPTH, min_share: MIN_SHARE, asked_by: "page" as const };
  return useQuery({
    queryKey: ["heap-owners", recording.id, snapshot.id],
    queryFn: ({ signal }) => api.heap.owners(recording.id, snapshot.id, ask, { signal }),
    placeholderData: keepPreviousData,
  });
}

/** The ways by which objects of a type are kept, or one of them. */
export function usePaths(snapshot: Snapshot, type: string, object: number | null) {
  const { recording } = useWorkspace();
  const ask = { class: type, node: object ?? undefined, limit: WAYS };
  return useQuery({
    queryKey: ["heap-paths", recording.id, snapshot.id, ask],
    queryFn: ({ signal }) => api.heap.paths(recording.id, snapshot.id, ask, { signal }),
  });
}

export function useObject(snapshot: Snapshot, object: number, dominatedOffset: number) {
  const { recording } = useWorkspace();
  const ask = { dominated_offset: dominatedOffset, limit: OBJECTS };
  return useQuery({
    queryKey: ["heap-object", recording.id, snapshot.id, object, ask],
    queryFn: ({ signal }) => api.heap.node(recording.id, snapshot.id, object, ask, { signal }),
    placeholderData: keepPreviousData,
  });
}

export interface Definition {
  path: string;
  line: number;
}

/** Where the system's source defines the types that these names have in them, by the types' own names. */
export function useDefinitions(types: readonly string[]): ReadonlyMap<string, Definition[]> {
  const { session } = useWorkspace();
  const system = session?.drill.system.id ?? null;
  const names = [...new Set(types.flatMap(ownNames))].sort();
  const q = `^\\s*(?:pub(?:\\([a-z]+\\))?\\s+)?(?:struct|enum|union|trait|type)\\s+(?:${names.join("|")})\\b`;
  const found = useQuery({
    queryKey: ["definitions", system, q],
    queryFn: ({ signal }) =>
      api.code.search(system ?? "", { q, regex: 1, asked_by: "page" }, { signal }),
    enabled: system !== null && names.length > 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return useMemo(() => {
    const places = new Map<string, Definition[]>();
    for (const { path, line, text } of found.data?.matches ?? []) {
      const name = /\b(?:struct|enum|union|trait|type)\s+(\w+)/.exec(text)?.[1];
      if (name) places.set(name, [...(places.get(name) ?? []), { path, line }]);
    }
    return places;
  }, [found.data]);
}
