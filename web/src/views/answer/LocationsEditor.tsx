/** Places in the code: file, function, line. */
import { useState } from "react";
import type { CodeLocation } from "@/api/types";
import { Button, IconButton } from "@/ui/Button";
import { TextField } from "@/ui/Field";
import { CodeLink } from "@/views/shared/CodeLink";
import styles from "./LocationsEditor.module.css";

export interface LocationsEditorProps {
  locations: readonly CodeLocation[];
  onChange(locations: CodeLocation[]): void;
}

export function LocationsEditor({ locations, onChange }: LocationsEditorProps) {
  const [path, setPath] = useState("");
  const [name, setName] = useState("");
  const add = () => {
    if (path.trim() === "") return;
    onChange([...locations, { path: path.trim(), line: null, function: name.trim() || null }]);
    setPath("");
    setName("");
  };
  const change = (index: number, patch: Partial<CodeLocation>) =>
    onChange(locations.map((other, i) => (i === index ? { ...other, ...patch } : other)));
  return (
    <>
      <ul className={styles.list}>
        {locations.map((location, index) => (
          <li key={`${location.path}:${location.line}:${index}`} className={styles.row}>
            <CodeLink path={location.path} line={location.line} className="grow ellipsis" />
            <TextField
              label={`Function in ${location.path}`}
              hideLabel
              mono
              placeholder="function"
              value={location.function ?? ""}
              onChange={(value) => change(index, { function: value || null })}
            />
            <IconButton
              small
              icon="trash"
              label={`Remove ${location.path}`}
              onPress={() => onChange(locations.filter((_, i) => i !== index))}
            />
          </li>
        ))}
      </ul>
      <div className={styles.add}>
        <TextField
          label="File"
          hideLabel
          mono
          placeholder="src/…/file.rs"
          value={path}
          onChange={setPath}
          onSubmit={add}
        />
        <TextField
          label="Function"
          hideLabel
          mono
          placeholder="function"
          value={name}
          onChange={setName}
          onSubmit={add}
        />
        <Button
          icon="plus"
          onPress={add}
          disabledReason={path.trim() === "" ? "Write a file first" : null}
        >
          Add
        </Button>
      </div>
    </>
  );
}
