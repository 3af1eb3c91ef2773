/** One way from a root to the objects of a type: each reference with the type that it leads to, and what is kept from there on. */
import { Link } from "wouter";
import type { HeapPathStep } from "@/api/types";
import { usePlace } from "@/state/location";
import { cx } from "@/ui/cx";
import { codeHref, codeLabel } from "@/views/shared/CodeLink";
import { formatBytes, formatCount } from "@/viz/format";
import styles from "./PathSteps.module.css";
import type { Definition } from "./useHeap";
import { edgeText, ownNames } from "./words";

export interface PathStepsProps {
  steps: readonly HeapPathStep[];
  definitions: ReadonlyMap<string, Definition[]>;
  onType(type: string): void;
}

export function PathSteps({ steps, definitions, onType }: PathStepsProps) {
  return (
    <ol className={styles.steps} aria-label="The way from a root">
      {steps.map((step, index) => (
        <Step
          // A way is what it is: its steps have no other identity.
          key={index}
          step={step}
          isRoot={index === 0}
          isLast={index === steps.length - 1}
          definition={definitionOf(step.class, definitions)}
          onType={onType}
        />
      ))}
    </ol>
  );
}

/** Where the type itself is defined: of `Vec<Handler>` nothing, since that is made of others. */
export function definitionOf(
  type: string,
  definitions: ReadonlyMap<string, Definition[]>,
): Definition | null {
  const [name] = ownNames(type);
  if (name === undefined || !(type === name || type.startsWith(`${name}<`))) return null;
  const places = definitions.get(name) ?? [];
  return places.length === 1 ? (places[0] ?? null) : null;
}

interface StepProps {
  step: HeapPathStep;
  isRoot: boolean;
  isLast: boolean;
  definition: Definition | null;
  onType(type: string): void;
}

function Step({ step, isRoot, isLast, definition, onType }: StepProps) {
  return (
    <li className={cx(styles.step, isRoot && styles.root, isLast && styles.last)}>
      <i className={styles.dot} />
      <span className={styles.names}>
        <span className={cx("mono", isRoot ? styles.rootName : styles.edge)}>
          {edgeText(step.kind, step.edge, isRoot)}
          {step.repeats && <span className="t3"> repeated</span>}
        </span>
        {isLast ? (
          <b className={cx("mono", styles.type)}>{step.class}</b>
        ) : (
          <button
            type="button"
            className={cx("mono", styles.type)}
            title={`Why ${step.class} stays`}
            onClick={() => onType(step.class)}
          >
            {step.class}
          </button>
        )}
      </span>
      <span className="num t2">{formatBytes(step.retained_bytes)}</span>
      {(step.objects > 1 || definition) && (
        <span className={styles.more}>
          {step.objects > 1 && <span>{formatCount(step.objects)} objects</span>}
          {definition && <DefinitionLink definition={definition} />}
        </span>
      )}
    </li>
  );
}

/** A definition by its file's name; the whole path is in the address and on hover. */
export function DefinitionLink({ definition }: { definition: Definition }) {
  const place = usePlace();
  if (!place) return null;
  return (
    <Link className="mono" href={codeHref(place, definition)} title={codeLabel(definition)}>
      {codeLabel({ ...definition, path: definition.path.split("/").at(-1) ?? definition.path })}
    </Link>
  );
}
