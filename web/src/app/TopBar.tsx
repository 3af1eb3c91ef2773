/** Drill, system, seed; the range; search; the clock; theme and help; the next step. */
import { useLocation } from "wouter";
import { navigate, toolHref } from "@/state/location";
import type { Place } from "@/state/url";
import { useWorkspace } from "@/state/workspace";
import { Button } from "@/ui/Button";
import { Chip } from "@/ui/Chip";
import { Clock } from "./Clock";
import styles from "./Frame.module.css";
import { Brand, PageButtons, SearchButton } from "./PlainFrame";
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
      {session?.state === "handed_in" && (
        <Button onPress={() => navigate(toolHref(place, "answer"))}>Result</Button>
      )}
    </header>
  );
}
