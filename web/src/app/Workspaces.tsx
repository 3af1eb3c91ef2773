/** Loads what a workspace needs, then shows its frame: a session that is ready, or a recording alone. */
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { Link, Redirect } from "wouter";
import { setSession } from "@/api/client";
import { toProblem } from "@/api/problem";
import { queries } from "@/api/queries";
import type { Session } from "@/api/types";
import { usePlace } from "@/state/location";
import { useSimulation } from "@/state/simulation";
import { WorkspaceProvider } from "@/state/workspace";
import { Empty, ErrorState, Skeleton } from "@/ui/States";
import { PreparingView } from "@/views/preparing/PreparingView";
import { PlainFrame } from "./PlainFrame";
import { useGrowth } from "./useGrowth";
import { WorkspaceFrame } from "./WorkspaceFrame";

/** A recording that grows: how far it is and what it holds are asked for again. */
const OPEN_EVERY_MS = { live: 5_000, playing: 1_500 };

export function SessionWorkspace({ id }: { id: string }) {
  const { data: session, error, refetch } = useQuery(queries.session(id));
  useSessionHeader(id);
  useSimulation(session);
  if (error) return <Waiting title="Session" error={error} onRetry={() => void refetch()} />;
  if (!session) return <Waiting title="Session" />;
  if (session.state === "preparing" || session.state === "failed")
    return <PreparingView session={session} />;
  if (!session.recording_id) {
    return (
      <PlainFrame title={session.drill.title} pageTitle={session.drill.title}>
        <Empty
          title="The recording of this session is gone"
          actions={<Link href="/">Go to the drills</Link>}
        >
          It may have been deleted. Start the drill again with seed {session.seed} to make the same
          one.
        </Empty>
      </PlainFrame>
    );
  }
  return (
    <RecordingLoader id={session.recording_id} session={session} home={`/sessions/${id}/metrics`} />
  );
}

export function RecordingWorkspace({ id }: { id: string }) {
  useSessionHeader(null);
  return <RecordingLoader id={id} session={null} home={`/recordings/${id}/metrics`} />;
}

interface RecordingLoaderProps {
  id: string;
  session: Session | null;
  home: string;
}

function RecordingLoader({ id, session, home }: RecordingLoaderProps) {
  const place = usePlace();
  const {
    data: recording,
    error,
    refetch,
  } = useQuery({
    ...queries.recording(id),
    refetchInterval: ({ state: { data } }) => {
      if (data?.state !== "open") return false;
      return data.session_id === null ? OPEN_EVERY_MS.live : OPEN_EVERY_MS.playing;
    },
  });
  useGrowth(recording);
  if (!place) return <Redirect to={home} replace />;
  if (error) return <Waiting title="Recording" error={error} onRetry={() => void refetch()} />;
  if (!recording) return <Waiting title={session?.drill.title ?? "Recording"} />;
  return (
    <WorkspaceProvider session={session} recording={recording}>
      <WorkspaceFrame place={place} />
    </WorkspaceProvider>
  );
}

function Waiting({
  title,
  error,
  onRetry,
}: {
  title: string;
  error?: unknown;
  onRetry?: () => void;
}) {
  return (
    <PlainFrame title={title} pageTitle={title}>
      {error ? <LoadError error={error} onRetry={onRetry} /> : <Skeleton shape="rows" />}
    </PlainFrame>
  );
}

/** What is not there will not be there at the next try: lead away instead. */
function LoadError({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const problem = toProblem(error);
  if (problem.status !== 404) return <ErrorState error={error} onRetry={onRetry} />;
  return (
    <Empty title={problem.title} actions={<Link href="/">Go to the drills</Link>}>
      It may have been deleted, or the address is incomplete.
    </Empty>
  );
}

/** Set while rendering, not after: the first queries of the views below must already carry it. */
function useSessionHeader(id: string | null): void {
  setSession(id);
  useEffect(() => () => setSession(null), []);
}
