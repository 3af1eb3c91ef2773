/** The causal chain: steps picked from a list and put in order, by pointer or by keys. */
import { Button, IconButton } from "@/ui/Button";
import styles from "./ChainEditor.module.css";

export interface ChainEditorProps {
  steps: readonly { id: string; label: string }[];
  chain: readonly string[];
  onChange(chain: string[]): void;
}

export function ChainEditor({ steps, chain, onChange }: ChainEditorProps) {
  const label = (id: string) => steps.find((step) => step.id === id)?.label ?? id;
  const left = steps.filter((step) => !chain.includes(step.id));
  const move = (index: number, by: number) => {
    const next = [...chain];
    const [moved] = next.splice(index, 1);
    if (moved !== undefined) next.splice(index + by, 0, moved);
    onChange(next);
  };
  return (
    <div className={styles.editor}>
      {chain.length > 0 && (
        <ol className={styles.chain} aria-label="Chain, the cause first">
          {chain.map((id, index) => (
            <li key={id} className={styles.step}>
              <span className={styles.number}>{index + 1}</span>
              <span className="grow">{label(id)}</span>
              <IconButton
                small
                icon="up"
                label={`Earlier: ${label(id)}`}
                onPress={() => index > 0 && move(index, -1)}
              />
              <IconButton
                small
                icon="down"
                label={`Later: ${label(id)}`}
                onPress={() => index < chain.length - 1 && move(index, 1)}
              />
              <IconButton
                small
                icon="close"
                label={`Take out: ${label(id)}`}
                onPress={() => onChange(chain.filter((other) => other !== id))}
              />
            </li>
          ))}
        </ol>
      )}
      <ul className={styles.left} aria-label="Steps to pick from">
        {left.map((step) => (
          <li key={step.id}>
            <Button small kind="ghost" icon="plus" onPress={() => onChange([...chain, step.id])}>
              {step.label}
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
