/** Drill, system, seed; the range; search; the clock; theme and help; the next step. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useLocation } from "wouter";
import { api } from "@/api/endpoints";
import { explain, toProblem } from "@/api/problem";
import { queries } from "@/api/queries";
import { navigate, toolHref } from "@/state/location";
import { showToast } from "@/state/toasts";
import type { Place } from "@/state/url";
import { useWorkspace } from "@/state/workspace";
import { Button } from "@/ui/Button";
import { Chip } from "@/ui/Chip";
import { Clock } from "./Clock";
import styles from "./Frame.module.css";
import { Brand, PageButtons, SearchButton } from "./PlainFrame";
import { Playing } from "./Playing";
import { RangePicker } from "./RangePicker";

export function TopBar({ place }: { place: Place }) {
  useLocation();
  const { session, recording } = useWorkspace();
  return (
    <header className={styles.top} data-region="top">
      <Brand />
      <div className={styles.crumb}>
        <h1 className={styles.title} tabIndex={-1} data-page-title>
          {session?.drill.title ?? recording.title}
        </h1>
        {session && (
          <>
            <Chip>{session.drill.system.id}</Chip>
            <Chip tone="line" mono>
              seed {session.seed}
            </Chip>
          </>
        )}
      </div>
      <span className="grow" />
      <RangePicker />
      <SearchButton text="Search or command" />
      {session?.state === "playing" && <Playing session={session} />}
      {session && <Clock session={session} />}
      <PageButtons />
      {session?.state === "ready" && (
        <Button
          kind={place.tool === "answer" ? "plain" : "primary"}
          onPress={() => navigate(toolHref(place, "answer"))}
        >
          Hand in
        </Button>
      )}
      {recording.state === "open" && recording.session_id === null && <SealButton />}
      {session?.state === "handed_in" && (
        <Button onPress={() => navigate(toolHref(place, "answer"))}>Result</Button>
      )}
    </header>
  );
}

/** Completes a live recording and goes on with it, now that it cannot change any more. */
function SealButton() {
  const client = useQueryClient();
  const seal = useMutation({
    mutationFn: api.recordings.sealLive,
    onSuccess: async (sealed) => {
      await client.invalidateQueries({ queryKey: queries.recordings().queryKey });
      navigate(`/recordings/${encodeURIComponent(sealed.id)}/metrics${window.location.search}`);
      showToast({ text: "Sealed. What arrives from now on begins another recording." });
    },
    onError: (error) => {
      const problem = toProblem(error);
      showToast({ tone: "error", text: `${problem.title}. ${explain(problem)}` });
    },
  });
  return (
    <Button onPress={() => seal.mutate()} disabledReason={seal.isPending ? "On its way" : null}>
      Seal the recording
    </Button>
  );
}
