/** Lines of all files that contain a text, grouped by file. */
import { useQuery } from "@tanstack/react-query";
import { api } from "@/api/endpoints";
import { cx } from "@/ui/cx";
import { Empty, ErrorState, Skeleton } from "@/ui/States";
import { formatCount } from "@/viz/format";
import styles from "./SearchResults.module.css";

export interface SearchResultsProps {
  system: string;
  query: string;
  current: string;
  line: number | null;
  onOpen(path: string, line: number): void;
}

export function SearchResults({ system, query, current, line, onOpen }: SearchResultsProps) {
  const found = useQuery({
    queryKey: ["source-search", system, query],
    queryFn: ({ signal }) => api.code.search(system, { q: query }, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (found.error) return <ErrorState error={found.error} />;
  if (!found.data) return <Skeleton shape="rows" rows={10} />;
  const { matches, total, truncated } = found.data;
  if (matches.length === 0) return <Empty title={`No line contains ${query}`} />;
  const files = [...new Set(matches.map((match) => match.path))];
  return (
    <nav aria-label="Matching lines">
      <p className={styles.count}>
        {formatCount(total)} lines in {formatCount(files.length)} files
        {truncated && `, the first ${formatCount(matches.length)} listed`}
      </p>
      {files.map((path) => (
        <section key={path} aria-label={path}>
          <h3 className={styles.path}>{path}</h3>
          <ul>
            {matches
              .filter((match) => match.path === path)
              .map((match) => (
                <li key={match.line}>
                  <button
                    type="button"
                    className={cx(
                      styles.match,
                      path === current && match.line === line && styles.current,
                    )}
                    onClick={() => onOpen(path, match.line)}
                  >
                    <span className={styles.line}>{match.line}</span>
                    <span className="ellipsis">{match.text.trim()}</span>
                  </button>
                </li>
              ))}
          </ul>
        </section>
      ))}
    </nav>
  );
}
