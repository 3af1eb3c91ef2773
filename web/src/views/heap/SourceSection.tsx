/** From a type to the system's source: where it is defined, and where its name is used. */
import { Link } from "wouter";
import { toolHref, usePlace } from "@/state/location";
import { useWorkspace } from "@/state/workspace";
import { Icon } from "@/ui/Icon";
import { CodeLink } from "@/views/shared/CodeLink";
import styles from "./detail.module.css";
import type { Definition } from "./useHeap";
import { ownNames } from "./words";

export interface SourceSectionProps {
  type: string;
  definitions: ReadonlyMap<string, Definition[]>;
}

export function SourceSection({ type, definitions }: SourceSectionProps) {
  const { session } = useWorkspace();
  const place = usePlace();
  const names = ownNames(type).filter((name) => definitions.has(name));
  if (!place || !session?.drill.tools.includes("code") || names.length === 0) return null;
  return (
    <section className={styles.section} aria-label="In the source">
      <h3 className={styles.heading}>In the source</h3>
      <ul>
        {names.map((name) => (
          <li key={name} className={styles.source}>
            <span className="mono">{name}</span>
            <span className={styles.places}>
              {definitions.get(name)?.map((one) => (
                <CodeLink key={`${one.path}:${one.line}`} path={one.path} line={one.line} />
              ))}
            </span>
            <Link href={toolHref(place, "code", { params: { q: name } })} className={styles.uses}>
              <Icon name="search" size={12} /> All lines with {name}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
