/** Comparing with an earlier range: the button that begins it, and the row that says what is compared and ends it. */
import { useWorkspace } from "@/state/workspace";
import { Button, IconButton } from "@/ui/Button";
import { Chip, Swatch } from "@/ui/Chip";
import { Choice } from "@/ui/Menu";
import { Banner } from "@/ui/States";
import { formatRange } from "@/viz/format";
import styles from "./CompareBar.module.css";
import { shift } from "./compare";
import type { Comparison } from "./useComparison";

export function CompareButton({ comparison }: { comparison: Comparison }) {
  const { choices, change } = comparison;
  return (
    <Button
      small
      disabledReason={
        choices.length === 0
          ? "Nothing as long as this range lies before it. Choose a shorter or a later range."
          : null
      }
      onPress={() => change(choices[0]?.range ?? null)}
    >
      Compare
    </Button>
  );
}

/** `note` says what the picture shows of the comparison. */
export function ComparisonRow({ comparison, note }: { comparison: Comparison; note: string }) {
  const { range, bounds } = useWorkspace();
  const { earlier, problem, choices, change, swap } = comparison;
  if (problem) {
    return (
      <Banner
        flush
        tone="warn"
        title={problem}
        action={
          <Button small onPress={() => change(null)}>
            Stop comparing
          </Button>
        }
      >
        The recording is from {formatRange(bounds)}.
      </Banner>
    );
  }
  if (!earlier) return null;
  const chosen = choices.find((choice) => choice.range.start === earlier.start)?.id ?? "other";
  const before = shift(earlier, -1, bounds);
  const after = shift(earlier, 1, bounds);
  return (
    <div className={styles.compare} role="group" aria-label="Comparison">
      <b className="medium">Comparing</b>
      <Chip>
        <Swatch color="--after" /> {formatRange(range)}
      </Chip>
      <span className="t3">with</span>
      <Chip>
        <Swatch color="--before" /> {formatRange(earlier)}
      </Chip>
      <IconButton
        small
        icon="left"
        label="Compare with an earlier range"
        keys="["
        onPress={() => before && change(before)}
      />
      <IconButton
        small
        icon="right"
        label="Compare with a later range"
        keys="]"
        onPress={() => after && change(after)}
      />
      {choices.length > 0 && (
        <Choice
          label="Compare with"
          value={chosen as string}
          options={[
            ...choices.map(({ id, label, range: one }) => ({
              value: id as string,
              label,
              hint: formatRange(one),
            })),
            ...(chosen === "other" ? [{ value: "other", label: "Another range" }] : []),
          ]}
          onChange={(id) => {
            const choice = choices.find((candidate) => candidate.id === id);
            if (choice) change(choice.range);
          }}
        />
      )}
      <span className={styles.note}>{note}</span>
      <span className="grow" />
      <Button small kind="ghost" onPress={swap}>
        Swap
      </Button>
      <Button small kind="ghost" icon="close" onPress={() => change(null)}>
        Stop comparing
      </Button>
    </div>
  );
}
