/** What looks like a leak, by two stated rules. It stands where a type's ways will be, until one is chosen. */
import type { HeapSuspect } from "@/api/types";
import { Icon } from "@/ui/Icon";
import { Panel } from "@/ui/Panel";
import styles from "./detail.module.css";
import { suspectText } from "./words";

export interface SuspectsProps {
  suspects: readonly HeapSuspect[];
  /** What was looked at: "A to C", "C". */
  of: string;
  compared: boolean;
  query: string;
  onType(type: string): void;
}

export function Suspects({ suspects, of, compared, query, onType }: SuspectsProps) {
  return (
    <Panel
      title="Leak suspects"
      unit={`in ${of}, by rule`}
      lined
      scroll
      className={styles.panel}
      pin={() => ({
        text:
          suspects.length === 0
            ? `No leak suspect in ${of}`
            : `Leak suspects in ${of}: ${suspects.map((one) => one.class).join(", ")}`,
        query,
      })}
    >
      {suspects.length === 0 ? (
        <p className={styles.none}>
          {compared
            ? "No type retains a quarter of what the heap gained without ever shrinking."
            : "No single object retains a tenth of the heap."}
        </p>
      ) : (
        <ul>
          {suspects.map((suspect) => (
            <li key={`${suspect.class}${suspect.text}`}>
              <button
                type="button"
                className={styles.suspect}
                onClick={() => onType(suspect.class)}
              >
                <span className="grow">
                  <b className="mono">{suspect.class}</b>{" "}
                  <span className="t2">{suspectText(suspect)}</span>
                </span>
                <Icon name="right" size={14} />
              </button>
            </li>
          ))}
        </ul>
      )}
      <p className={styles.caption}>
        {compared
          ? "A type is listed when it retains a quarter or more of what the heap gained and never had fewer objects than before."
          : "A type is listed when one object and what is in it retain a tenth or more of the heap."}{" "}
        It is a question, not a verdict: a cache that is meant to be large looks the same.
      </p>
      <p className={styles.caption}>Choose a type to see why its objects stay.</p>
    </Panel>
  );
}
