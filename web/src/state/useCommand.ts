import { useEffect, useRef } from "react";
import { type Command, registerCommand } from "./commands";

/** Registers commands while the component is shown. `run` may close over changing values. */
export function useCommands(list: readonly Command[]): void {
  const latest = useRef(list);
  latest.current = list;
  // Only what the palette and the help show decides whether to register anew.
  const signature = JSON.stringify(
    list.map(({ id, title, group, keys, disabled, keysOnly, inFields }) => [
      id,
      title,
      group,
      keys,
      disabled,
      keysOnly,
      inFields,
    ]),
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: the signature stands for the list
  useEffect(() => {
    const off = latest.current.map((command) =>
      registerCommand({
        ...command,
        run: () => latest.current.find((other) => other.id === command.id)?.run(),
      }),
    );
    return () => {
      for (const unregister of off) unregister();
    };
  }, [signature]);
}

export function useCommand(command: Command): void {
  useCommands([command]);
}
