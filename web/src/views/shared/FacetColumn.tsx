/**
 * Values of the matching rows by key, with their counts. A press adds the value to the filter, the minus
 * beside it takes it out. What is not listed is counted at the foot of each key.
 */
import type { Facets } from "@/api/types";
import { hasTerm, removeTerm, term, withTerm } from "@/state/filterText";
import { IconButton } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { Skeleton } from "@/ui/States";
import { formatCount } from "@/viz/format";
import styles from "./FacetColumn.module.css";

export interface FacetColumnProps {
  facets: Facets | undefined;
  filter: string;
  onFilter(filter: string): void;
  label: string;
}

export function FacetColumn({ facets, filter, onFilter, label }: FacetColumnProps) {
  if (!facets) return <Skeleton shape="rows" rows={12} />;
  const shown = facets.facets.filter((facet) => facet.values.length > 0);
  return (
    <nav className={styles.column} aria-label={label}>
      {shown.length === 0 && <p className={styles.none}>No values: nothing matches.</p>}
      {shown.map((facet) => (
        <FacetList key={facet.key} facet={facet} filter={filter} onFilter={onFilter} />
      ))}
    </nav>
  );
}

function FacetList({
  facet,
  filter,
  onFilter,
}: {
  facet: Facets["facets"][number];
  filter: string;
  onFilter(filter: string): void;
}) {
  const most = Math.max(...facet.values.map((value) => value.count), 1);
  const left = facet.distinct - facet.values.length;
  return (
    <section className={styles.facet} aria-label={facet.key}>
      <h3 className={styles.key}>{facet.key}</h3>
      <ul>
        {facet.values.map(({ value, count }) => {
          const written = String(value);
          const chosen = hasTerm(filter, term(facet.key, written));
          return (
            <li key={written} className={cx(styles.row, chosen && styles.chosen)}>
              <button
                type="button"
                className={styles.value}
                title={written}
                aria-pressed={chosen}
                onClick={() =>
                  onFilter(
                    chosen
                      ? removeTerm(filter, term(facet.key, written))
                      : withTerm(filter, facet.key, written),
                  )
                }
              >
                <i className={styles.bar} style={{ width: `${(count / most) * 100}%` }} />
                <span className={styles.text}>{written}</span>
                <span className={styles.count}>{formatCount(count)}</span>
              </button>
              <span className={styles.minus}>
                <IconButton
                  small
                  icon="minus"
                  label={`Leave out ${written}`}
                  onPress={() => onFilter(withTerm(filter, facet.key, written, true))}
                />
              </span>
            </li>
          );
        })}
      </ul>
      {(left > 0 || facet.missing > 0) && (
        <p className={styles.foot}>
          {left > 0 && `${formatCount(left)} more values`}
          {left > 0 && facet.missing > 0 && ", "}
          {facet.missing > 0 && `${formatCount(facet.missing)} without`}
        </p>
      )}
    </section>
  );
}
