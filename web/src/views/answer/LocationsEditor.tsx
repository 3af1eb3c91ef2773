/** Places in the code: file, function, line. */
import { useState } from "react";
import { Link } from "wouter";
import type { CodeLocation } from "@/api/types";
import { toolHref, usePlace } from "@/state/location";
import { Button, IconButton } from "@/ui/Button";
import { TextField } from "@/ui/Field";
import styles from "./LocationsEditor.module.css";

export interface LocationsEditorProps {
  locations: readonly CodeLocation[];
  onChange(locations: CodeLocation[]): void;
}

export function LocationsEditor({ locations, onChange }: LocationsEditorProps) {
  const place = usePlace();
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
            {place && (
              <Link
                className="mono accent grow ellipsis"
                href={toolHref(place, "code", {
                  rest: location.path,
                  params: location.line ? { line: String(location.line) } : {},
                })}
              >
                {location.path}
                {location.line ? `:${location.line}` : ""}
              </Link>
            )}
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
