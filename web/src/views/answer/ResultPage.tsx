/** The score with its reasons, what the candidate wrote, then the explained solution. */
import { useQuery } from "@tanstack/react-query";
import { queries } from "@/api/queries";
import type { CriterionResult, Diagnosis, Result, Session } from "@/api/types";
import { usePlace } from "@/state/location";
import { Icon } from "@/ui/Icon";
import { Markdown } from "@/ui/Markdown";
import { ErrorState, Skeleton, withCode } from "@/ui/States";
import { CodeLink, codeHref } from "@/views/shared/CodeLink";
import { formatLong, formatNumber } from "@/viz/format";
import { findFile } from "./codePaths";
import styles from "./ResultPage.module.css";

export function ResultPage({ session }: { session: Session }) {
  const result = useQuery(queries.result(session.id));
  if (result.error) {
    return <ErrorState error={result.error} onRetry={() => void result.refetch()} />;
  }
  if (!result.data) return <Skeleton shape="text" rows={12} />;
  return <Score session={session} result={result.data} />;
}

function Score({ session, result }: { session: Session; result: Result }) {
  const taken =
    session.started_at_ms !== null && session.started_at_ms !== undefined
      ? formatLong(result.handed_in_at_ms - session.started_at_ms)
      : null;
  return (
    <article className={styles.page}>
      <header className={styles.head}>
        <h2 className={styles.score}>
          {formatNumber(result.points)} of {formatNumber(result.max)} points
        </h2>
        <p className="t2">
          {session.drill.title}, seed {session.seed}
          {taken && `, handed in after ${taken}`}
        </p>
      </header>
      <section aria-label="Criteria">
        <ul>
          {result.criteria.map((criterion) => (
            <Criterion key={criterion.id} criterion={criterion} />
          ))}
        </ul>
      </section>
      <Yours session={session} />
      <Solution session={session} result={result} />
    </article>
  );
}

/** What the candidate handed in, as far as the criteria do not say it: the places and the words. */
function Yours({ session }: { session: Session }) {
  const answer = useQuery(queries.answer(session.id));
  if (answer.error) {
    return <ErrorState error={answer.error} onRetry={() => void answer.refetch()} />;
  }
  if (!answer.data) return <Skeleton shape="text" rows={4} />;
  return <WhatYouWrote diagnosis={answer.data.draft} />;
}

export function WhatYouWrote({ diagnosis }: { diagnosis: Diagnosis }) {
  const { locations, text } = diagnosis;
  return (
    <section className={styles.solution} aria-label="What you wrote">
      <h2 className={styles.title}>What you wrote</h2>
      <dl className={styles.facts}>
        <dt>Code</dt>
        <dd>
          {locations.map((location) => (
            <p key={`${location.path}:${location.line}:${location.function}`}>
              <CodeLink path={location.path} line={location.line} />{" "}
              {location.function && <code>{location.function}</code>}
            </p>
          ))}
          {locations.length === 0 && <span className="t3">no place</span>}
        </dd>
        <dt>In your own words</dt>
        <dd className={styles.words}>{text.trim() || <span className="t3">nothing</span>}</dd>
      </dl>
    </section>
  );
}

function Solution({ session, result }: { session: Session; result: Result }) {
  const place = usePlace();
  // Without the list the solution reads as well: its paths are then no links.
  const { data: source } = useQuery(queries.sourceFiles(session.drill.system.id));
  const { solution } = result;
  const linkFor = (code: string) => {
    const found = findFile(code, source?.files ?? []);
    return found && place && codeHref(place, found);
  };
  return (
    <section className={styles.solution} aria-label="Solution">
      <h2 className={styles.title}>The solution</h2>
      <dl className={styles.facts}>
        <dt>What is wrong</dt>
        <dd>{solution.mechanism}</dd>
        <dt>Part of the system</dt>
        <dd>{solution.component}</dd>
        <dt>Code</dt>
        <dd>
          {solution.locations.map((location) => (
            <p key={`${location.path}${location.function}`}>
              <CodeLink path={location.path} line={location.line} />{" "}
              <code>{location.function}</code>
              {location.note && <span className="t2"> {withCode(location.note)}</span>}
            </p>
          ))}
        </dd>
        <dt>Causal chain</dt>
        <dd>
          <ol className={styles.chain}>
            {solution.chain.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
        </dd>
      </dl>
      <Markdown text={result.solution_md} linkFor={linkFor} />
    </section>
  );
}

function Criterion({ criterion }: { criterion: CriterionResult }) {
  const full = criterion.points >= criterion.max;
  return (
    <li className={styles.criterion}>
      <span className={full ? "ok" : "t3"}>
        <Icon name={full ? "checkCircle" : "infoSign"} size={16} />
      </span>
      <div className="grow">
        <h3 className={styles.name}>{criterion.title}</h3>
        <p>{withCode(criterion.explanation)}</p>
        <dl className={styles.compare}>
          <dt>Yours</dt>
          <dd>{criterion.seen || "nothing"}</dd>
          {criterion.expected !== criterion.seen && (
            <>
              <dt>Expected</dt>
              <dd>{criterion.expected}</dd>
            </>
          )}
        </dl>
      </div>
      <span className={styles.points}>
        {formatNumber(criterion.points)} / {formatNumber(criterion.max)}
      </span>
    </li>
  );
}
