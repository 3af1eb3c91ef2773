/** Home: the catalogue by system; beside it the session to go on with, recordings, and where to send OTLP. */
import { useQuery } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import { queries } from "@/api/queries";
import type { Drill, Session } from "@/api/types";
import { PlainFrame } from "@/app/PlainFrame";
import { navigate, useParams } from "@/state/location";
import { usePaletteSource } from "@/state/palette";
import { useStatus } from "@/state/status";
import { useCommands } from "@/state/useCommand";
import { Button } from "@/ui/Button";
import { Chip } from "@/ui/Chip";
import { Empty, ErrorState, Skeleton } from "@/ui/States";
import { Catalogue } from "./Catalogue";
import { HomeFilters } from "./HomeFilters";
import { HomeSide } from "./HomeSide";
import styles from "./HomeView.module.css";
import { filterDrills, homeParams } from "./params";
import { StartDialog } from "./StartDialog";

export function HomeView() {
  const drills = useQuery(queries.drills());
  const sessions = useQuery(queries.sessions());
  const version = useQuery(queries.version());
  const [filters, setFilters] = useParams(homeParams);
  const [starting, setStarting] = useState<Drill | null>(null);
  const filterField = useRef<HTMLInputElement>(null);
  const shown = useMemo(() => filterDrills(drills.data ?? [], filters), [drills.data, filters]);
  const open = useMemo(() => openSessions(sessions.data ?? []), [sessions.data]);
  const total = drills.data?.length ?? 0;

  useStatus(drills.data ? [`${shown.length} of ${total} drills`] : []);
  useCommands([
    {
      id: "home.filter",
      title: "Filter drills",
      group: "In this tool",
      keys: ["/"],
      run: () => filterField.current?.focus(),
    },
  ]);
  usePaletteSource("Drills", () =>
    (drills.data ?? []).map((drill) => ({
      id: drill.id,
      title: drill.title,
      icon: "drills",
      hint: drill.system.title,
      run: () => setStarting(drill),
    })),
  );

  return (
    <PlainFrame
      title="Firedrill"
      pageTitle="Drills"
      facts={
        <>
          <Chip>practice</Chip>
          <span className="t3 nowrap">this machine only, no sign-in</span>
        </>
      }
      rail={[{ id: "home", label: "Drills", icon: "drills", href: "/", current: true }]}
      searchHint="Search drills and commands"
      statusLeft={[version.data?.version ?? "", `serving ${window.location.host}`].filter(Boolean)}
    >
      <div className={styles.layout}>
        <div className={styles.drills}>
          <div className={styles.head}>
            <h2>Drills</h2>
            <p className="t2">
              Each one runs a real system that breaks. Find out why, and say where and how you know.
            </p>
          </div>
          <HomeFilters drills={drills.data ?? []} fieldRef={filterField} />
          {drills.error ? (
            <ErrorState error={drills.error} onRetry={() => void drills.refetch()} />
          ) : !drills.data ? (
            <Skeleton shape="rows" rows={12} />
          ) : total === 0 ? (
            <Empty title="There are no drills in this catalogue">
              Start Firedrill with a folder of drills to have some.
            </Empty>
          ) : shown.length === 0 ? (
            <Empty
              title="No drill matches these filters"
              actions={
                <Button
                  small
                  onPress={() => setFilters({ text: "", kind: "all", level: "any", most: "any" })}
                >
                  Show all {total}
                </Button>
              }
            />
          ) : (
            <Catalogue
              drills={shown}
              openSessions={open}
              onStart={setStarting}
              onContinue={(session) => navigate(`/sessions/${session.id}`)}
            />
          )}
        </div>
        <HomeSide
          latest={open[0] ?? null}
          onNewSeed={(session) =>
            setStarting((drills.data ?? []).find((drill) => drill.id === session.drill.id) ?? null)
          }
        />
      </div>
      {starting && <StartDialog drill={starting} onClose={() => setStarting(null)} />}
    </PlainFrame>
  );
}

/** Sessions one can go on with, the latest first. */
function openSessions(sessions: readonly Session[]): Session[] {
  return sessions
    .filter((session) => ["preparing", "playing", "ready"].includes(session.state))
    .sort((a, b) => b.created_at_ms - a.created_at_ms);
}
