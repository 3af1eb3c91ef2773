/**
 * The filter of logs and traces. Enter applies; the last filter that was understood stays in force until
 * the next one is, and an error stands below with its position.
 */
import { useEffect, useRef, useState } from "react";
import { Problem } from "@/api/problem";
import { useCommand } from "@/state/useCommand";
import { SearchField } from "@/ui/Field";
import { InlineError } from "@/ui/States";
import styles from "./FilterField.module.css";

export interface FilterFieldProps {
  label: string;
  value: string;
  placeholder: string;
  onApply(filter: string): void;
  className?: string;
}

export function FilterField({ label, value, placeholder, onApply, className }: FilterFieldProps) {
  const [draft, setDraft] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => setDraft(value), [value]);
  useCommand({
    id: "filter.focus",
    title: "Write a filter",
    group: "In this tool",
    keys: ["/"],
    run: () => input.current?.focus(),
  });
  return (
    <SearchField
      label={label}
      value={draft}
      onChange={setDraft}
      onSubmit={() => onApply(draft.trim())}
      placeholder={placeholder}
      keys="/"
      mono
      inputRef={input}
      className={className}
    />
  );
}

/** Whether the filter was not understood, which leaves the last answer in force. */
export function isUnread(error: unknown): boolean {
  return error instanceof Problem && Boolean(error.details.position);
}

/** Below a filter that was not understood: what is wrong, where, and that the rest is of the last one that was. */
export function FilterProblem({ error }: { error: unknown }) {
  return (
    <div className={styles.problem}>
      <InlineError error={error} />
      <p className="t3 small">What is shown is from the last filter that was understood.</p>
    </div>
  );
}
