/** Beside the catalogue: go on where you left, recordings, watch your own service. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { queries } from "@/api/queries";
import type { Recording, Session } from "@/api/types";
import { navigate } from "@/state/location";
import { usePaletteSource } from "@/state/palette";
import { Button, IconButton } from "@/ui/Button";
import { Chip } from "@/ui/Chip";
import { Sparkline } from "@/ui/Sparkline";
import { ErrorState, Skeleton } from "@/ui/States";
import { copyText } from "@/ui/Toolbar";
import { formatAge, formatBytes, formatCompact, formatLong } from "@/viz/format";
import styles from "./HomeView.module.css";

const SHAPE_POINTS = 120;

export interface HomeSideProps {
  /** The latest session one can go on with. */
  latest: Session | null;
  onNewSeed(session: Session): void;
}

export function HomeSide({ latest, onNewSeed }: HomeSideProps) {
  return (
    <aside className={styles.side} aria-label="Sessions and recordings" data-region="side">
      {latest && <GoOn session={latest} onNewSeed={onNewSeed} />}
      <Recordings />
      <Watch />
    </aside>
  );
}

function GoOn({ session, onNewSeed }: { session: Session; onNewSeed(session: Session): void }) {
  const recording = session.recording_id;
  const { data: timeline } = useQuery({
    ...queries.timeline(recording ?? "", SHAPE_POINTS),
    enabled: recording !== null,
  });
  return (
    <section className={styles.section} aria-labelledby="go-on">
      <h2 id="go-on">Go on where you left</h2>
      <div className={styles.card}>
        <div className="row">
          <span className="medium grow ellipsis">{session.drill.title}</span>
          <Chip tone="line" mono>
            seed {session.seed}
          </Chip>
        </div>
        <p className="t2">{progress(session)}</p>
        <div className={styles.shape}>
          {timeline && (
            <Sparkline
              values={timeline.failed}
              color="--error"
              label="Failed requests over the recording"
            />
          )}
        </div>
        <div className="row">
          <Button
            kind="primary"
            className="grow"
            onPress={() => navigate(`/sessions/${session.id}`)}
          >
            Continue
          </Button>
          <Button onPress={() => onNewSeed(session)}>New seed</Button>
        </div>
      </div>
    </section>
  );
}

function progress(session: Session): string {
  if (session.state === "preparing" || session.state === "playing")
    return "The incident is running";
  const started = session.started_at_ms;
  if (started === null) return "Not started";
  const left = session.drill.minutes * 60_000 - (Date.now() - started);
  const ago = formatAge(session.created_at_ms, Date.now());
  const began = ago === "now" ? "Begun just now" : `Begun ${ago} ago`;
  return left > 0 ? `${began}, ${formatLong(left)} left` : `${began}, its time is up`;
}

function Recordings() {
  const { data, error, refetch } = useQuery(queries.recordings());
  const { data: sessions } = useQuery(queries.sessions());
  const seedOf = (recording: Recording) =>
    sessions?.find((session) => session.id === recording.session_id)?.seed;
  const sealed = (data ?? []).filter((recording) => recording.state === "sealed");
  usePaletteSource("Recordings", () =>
    (data ?? []).map((recording) => ({
      id: recording.id,
      title: recording.title,
      icon: "recordings",
      hint: recording.id,
      run: () => navigate(hrefOf(recording)),
    })),
  );
  return (
    <section className={styles.section} aria-labelledby="recordings">
      <h2 id="recordings">Recordings</h2>
      {error ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : !data ? (
        <Skeleton shape="text" rows={3} />
      ) : sealed.length === 0 ? (
        <p className="t2">Each incident that you run is kept here.</p>
      ) : (
        <ul className={styles.recordings}>
          {sealed.map((recording) => (
            <li key={recording.id}>
              <Link href={hrefOf(recording)} className={styles.recording}>
                <span className="grow">
                  <span className="medium ellipsis">{recording.title}</span>
                  <span className="t3 ellipsis" style={{ display: "block" }}>
                    {formatLong(recording.end_ms - recording.start_ms)},{" "}
                    {formatCompact(recording.spans)} spans, {formatBytes(recording.bytes_on_disk)}
                  </span>
                </span>
                <span className="t3 small nowrap">
                  {seedText(seedOf(recording)) ?? recording.id}
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function seedText(seed: string | undefined): string | null {
  return seed === undefined ? null : `seed ${seed}`;
}

function hrefOf(recording: Recording): string {
  return recording.session_id
    ? `/sessions/${encodeURIComponent(recording.session_id)}`
    : `/recordings/${encodeURIComponent(recording.id)}`;
}

/** Where to send OTLP, and whether something arrives. */
function Watch() {
  const { data } = useQuery({ ...queries.recordings(), refetchInterval: 10_000 });
  const { data: version } = useQuery(queries.version());
  // An incident that plays is open as well, and nobody's own service.
  const open = data?.find((it) => it.state === "open" && it.session_id === null) ?? null;
  if (!version) return null;
  const { otlp_grpc_port: grpc, otlp_http_port: http } = version;
  const host = window.location.hostname;
  const endpoint = `http://${host}:${grpc ?? http}`;
  if (grpc === null && http === null) {
    return (
      <section className={styles.section} aria-labelledby="watch">
        <h2 id="watch">Watch your own service</h2>
        <p className="t2">
          This server receives no telemetry: it was started with{" "}
          <code className="nowrap">--no-otlp</code>, or the ports were taken.
        </p>
      </section>
    );
  }
  return (
    <section className={styles.section} aria-labelledby="watch">
      <h2 id="watch">Watch your own service</h2>
      <p className="t2">Send OTLP here; the same tools open on it.</p>
      <p className="t3 small">OTLP endpoint, {grpc === null ? "HTTP" : "gRPC"}</p>
      <div className={styles.endpoint}>
        <code>{endpoint}</code>
        <IconButton
          small
          icon="copy"
          label="Copy the endpoint"
          onPress={() => void copyText(endpoint)}
        />
      </div>
      <p className="row small t3">
        <span className={styles.live} data-on={open ? true : undefined} />
        {open ? (
          <Link href={hrefOf(open)}>
            Receiving: {formatCompact(open.spans)} spans from {open.services.length} services
          </Link>
        ) : (
          `${grpc !== null && http !== null ? `Also ${http} for HTTP. ` : ""}Nothing received yet.`
        )}
      </p>
    </section>
  );
}
