/** The score with its reasons, then the explained solution. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { queries } from "@/api/queries";
import type { CriterionResult, Result, Session } from "@/api/types";
import { toolHref, usePlace } from "@/state/location";
import { Icon } from "@/ui/Icon";
import { Markdown } from "@/ui/Markdown";
import { ErrorState, Skeleton, withCode } from "@/ui/States";
import { formatLong, formatNumber } from "@/viz/format";
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
  const place = usePlace();
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
      <section className={styles.solution} aria-label="Solution">
        <h2 className={styles.title}>The solution</h2>
        <dl className={styles.facts}>
          <dt>What is wrong</dt>
          <dd>{result.solution.mechanism}</dd>
          <dt>Part of the system</dt>
          <dd>{result.solution.component}</dd>
          <dt>Code</dt>
          <dd>
            {result.solution.locations.map((location) => (
              <p key={`${location.path}${location.function}`}>
                {place && (
                  <Link
                    className="mono accent"
                    href={toolHref(place, "code", {
                      rest: location.path,
                      params: location.line ? { line: String(location.line) } : {},
                    })}
                  >
                    {location.path}
                    {location.line ? `:${location.line}` : ""}
                  </Link>
                )}{" "}
                <code>{location.function}</code>
                {location.note && <span className="t2"> {withCode(location.note)}</span>}
              </p>
            ))}
          </dd>
          <dt>Causal chain</dt>
          <dd>
            <ol className={styles.chain}>
              {result.solution.chain.map((step) => (
                <li key={step}>{step}</li>
              ))}
            </ol>
          </dd>
        </dl>
        <Markdown text={result.solution_md} />
      </section>
    </article>
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
