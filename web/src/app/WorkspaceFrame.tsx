/** The frame around a tool: top bar, strip, rail, content, right panel, status bar, and the shared commands. */

import { useQueryClient } from "@tanstack/react-query";
import { Suspense } from "react";
import { useLocation } from "wouter";
import type { Session } from "@/api/types";
import { activePanel } from "@/state/activePanel";
import { toolHref } from "@/state/location";
import { usePin } from "@/state/pin";
import { changeSettings, settings } from "@/state/settings";
import type { Place } from "@/state/url";
import { useCommands } from "@/state/useCommand";
import { useMedia } from "@/state/useMedia";
import { useStore } from "@/state/useStore";
import { useWorkspace } from "@/state/workspace";
import { Button } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { Banner, Empty, Skeleton } from "@/ui/States";
import { formatBytes, formatCount, formatLong, formatRange } from "@/viz/format";
import { ErrorBoundary } from "./ErrorBoundary";
import styles from "./Frame.module.css";
import { RailLink, SkipLink, usePageTitle } from "./PlainFrame";
import { useRangeCommands } from "./rangeCommands";
import { SidePanel } from "./SidePanel";
import { StatusBar } from "./StatusBar";
import { Strip } from "./Strip";
import { BriefTab } from "./side/BriefTab";
import { TopBar } from "./TopBar";
import { type ToolInfo, toolInfo, toolsFor } from "./tools";
import { usePlaces } from "./usePlaces";

export function WorkspaceFrame({ place }: { place: Place }) {
  const { session, recording } = useWorkspace();
  const { sidePanelOpen } = useStore(settings);
  const tools = toolsFor(session?.drill.tools ?? null);
  const info = toolInfo(place.tool);
  const title = session?.drill.title ?? recording.title;
  const isNarrow = useMedia("(max-width: 1179px)");
  const isReading = useMedia("(max-width: 719px)");
  const isOpen = session !== null && sidePanelOpen && !info.foldsSide?.(place.rest) && !isNarrow;
  usePageTitle(`${info.label}: ${title}`);
  useRangeCommands();
  useToolCommands(place, tools);
  usePlaces(place);

  return (
    <div className={cx(styles.app, session ? !isOpen && styles.folded : styles.noSide)}>
      <SkipLink />
      <TopBar place={place} />
      <div className={styles.strip} data-region="strip">
        <Strip />
      </div>
      <Rail place={place} tools={tools} />
      <main className={styles.main} id="content" data-region="content" tabIndex={-1}>
        <RangeProblem />
        {isReading && session ? (
          <Reading session={session} />
        ) : tools.includes(info) ? (
          <ErrorBoundary key={place.tool}>
            <Suspense fallback={<Skeleton shape="rows" />}>
              <info.view />
            </Suspense>
          </ErrorBoundary>
        ) : (
          <Empty title="This page is not part of your session" />
        )}
      </main>
      {session && <SidePanel open={isOpen} />}
      <StatusBar left={recordingFacts(recording)} />
    </div>
  );
}

/** A range in the address that cannot be shown; what is shown in its place is said. */
function RangeProblem() {
  const { rangeProblem, bounds, range, setRange } = useWorkspace();
  if (rangeProblem === null) return null;
  return (
    <Banner
      flush
      tone="warn"
      title={rangeProblem}
      action={
        <Button small onPress={() => setRange(range, "replace")}>
          Keep {formatRange(range)}
        </Button>
      }
    >
      The recording is from {formatRange(bounds)}; shown is {formatRange(range)}.
    </Banner>
  );
}

/** Charts and tables need width; a small window shows what can be read. */
function Reading({ session }: { session: Session }) {
  return (
    <div className={styles.reading}>
      <Banner flush tone="info" title="The tools need a wider window">
        From 720 px on they are here. The brief reads well at any width.
      </Banner>
      <BriefTab session={session} />
    </div>
  );
}

function Rail({ place, tools }: { place: Place; tools: readonly ToolInfo[] }) {
  // The links keep the range, so they follow the address.
  useLocation();
  const firstOwn = tools.findIndex((info) => info.needsSession);
  return (
    <nav className={styles.rail} aria-label="Tools" data-region="rail">
      {tools.map((info, i) => (
        <RailEntry key={info.tool} place={place} info={info} line={i === firstOwn} />
      ))}
      <span className="grow" />
      <RailLink id="home" label="Home" icon="home" href="/" />
    </nav>
  );
}

function RailEntry({ place, info, line }: { place: Place; info: ToolInfo; line: boolean }) {
  return (
    <>
      {line && <hr className={styles.railLine} />}
      <RailLink
        id={info.tool}
        label={info.label}
        icon={info.icon}
        href={toolHref(place, info.tool)}
        current={place.tool === info.tool}
      />
    </>
  );
}

function useToolCommands(place: Place, tools: readonly ToolInfo[]): void {
  const [, navigate] = useLocation();
  const { session, range } = useWorkspace();
  const { sidePanelOpen } = useStore(settings);
  const pin = usePin();
  const client = useQueryClient();
  useCommands([
    {
      id: "page.refresh",
      title: "Ask the server again",
      group: "Page",
      keys: ["d r"],
      run: () => void client.invalidateQueries(),
    },
    ...tools.map((info) => ({
      id: `go.${info.tool}`,
      title: `Go to ${info.label.toLowerCase()}`,
      group: "Go to" as const,
      keys: [`g ${info.key}`],
      run: () => navigate(toolHref(place, info.tool)),
    })),
    {
      id: "notebook.pin",
      title: "Pin what I see",
      group: "Notebook",
      keys: ["p"],
      disabled: pin ? undefined : "There is no session to pin into",
      run: () =>
        pin?.(activePanel.get()?.pin?.() ?? { text: `${toolInfo(place.tool).label} view`, range }),
    },
    {
      id: "tool.table",
      title: "Show the picture as a table, or back",
      group: "In this tool",
      keys: ["t"],
      run: () => activePanel.get()?.toggleTable?.(),
    },
    ...(session
      ? [
          {
            id: "page.side",
            title: sidePanelOpen ? "Fold the right panel" : "Open the right panel",
            group: "Page" as const,
            keys: ["b"],
            run: () => changeSettings({ sidePanelOpen: !sidePanelOpen }),
          },
        ]
      : []),
  ]);
}

function recordingFacts(recording: ReturnType<typeof useWorkspace>["recording"]): string[] {
  const length = formatLong(recording.end_ms - recording.start_ms);
  return [
    `Recording ${recording.id}, ${recording.state}, ${length}`,
    `${formatCount(recording.spans)} spans`,
    `${formatCount(recording.logs)} log lines`,
    `${formatCount(recording.series)} series`,
    // A recording has its size once it is sealed.
    ...(recording.state === "sealed" ? [formatBytes(recording.bytes_on_disk)] : []),
  ];
}
