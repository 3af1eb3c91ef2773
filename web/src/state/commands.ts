/**
 * One registry feeds the keys, the palette and the help, so that they cannot disagree. Views register
 * commands while they are shown (`useCommand`); a later registration of the same key wins, which is how
 * a tool overrides a general key.
 */
import { CHORD_MS, isSingleKey, type KeyEventLike, matchesStroke } from "./keys";
import { createStore } from "./store";

export interface Command {
  id: string;
  /** Verb first: "Zoom out". */
  title: string;
  /** Heading in the help and the palette. */
  group: CommandGroup;
  /** Any of these; see `keys.ts`. */
  keys?: readonly string[];
  /** Why it cannot run now; shown instead of running. */
  disabled?: string;
  /** Left out of the palette: keys that only make sense as keys. */
  keysOnly?: boolean;
  /** Runs also while a person types in a field. */
  inFields?: boolean;
  run(): void;
}

export type CommandGroup = "In this tool" | "Go to" | "Time range" | "Notebook" | "Page";

export const GROUPS: readonly CommandGroup[] = [
  "In this tool",
  "Go to",
  "Time range",
  "Notebook",
  "Page",
];

/** All registered commands, in the order of registration. */
export const commands = createStore<readonly Command[]>([]);

export function registerCommand(command: Command): () => void {
  commands.set((all) => [...all, command]);
  return () => commands.set((all) => all.filter((other) => other !== command));
}

/** The commands without those that a later one with the same id replaced. */
export function visibleCommands(all: readonly Command[]): Command[] {
  const byId = new Map<string, Command>();
  for (const command of all) byId.set(command.id, command);
  return [...byId.values()];
}

export interface Dispatcher {
  /** Runs the command for this key and returns true when the event is used up. */
  handle(event: KeyEventLike & { timeStamp: number }, typing: boolean): boolean;
}

/** Follows key events and finds their command. `singleKeys` tells whether keys without Ctrl are on. */
export function createDispatcher(
  all: () => readonly Command[],
  singleKeys: () => boolean,
): Dispatcher {
  let pending: { stroke: string; at: number } | null = null;

  const allowed = (command: Command, keys: string, typing: boolean) => {
    if (!isSingleKey(keys))
      return !typing || command.inFields || keys === "Escape" || /mod\+|^F/.test(keys);
    return !typing && singleKeys();
  };

  return {
    handle(event, typing) {
      const prefix = pending && event.timeStamp - pending.at < CHORD_MS ? pending.stroke : null;
      pending = null;
      const candidates = [...all()].reverse();
      for (const command of candidates) {
        for (const keys of command.keys ?? []) {
          if (!allowed(command, keys, typing)) continue;
          const strokes = keys.split(" ");
          const last = strokes.at(-1) ?? "";
          const first = strokes.length === 2 ? (strokes[0] ?? "") : null;
          if (first === null ? prefix === null : prefix === first) {
            if (!matchesStroke(last, event)) continue;
            if (!command.disabled) command.run();
            return true;
          }
        }
      }
      for (const command of candidates) {
        for (const keys of command.keys ?? []) {
          const [first, second] = keys.split(" ");
          if (first && second && allowed(command, keys, typing) && matchesStroke(first, event)) {
            pending = { stroke: first, at: event.timeStamp };
            return true;
          }
        }
      }
      return false;
    },
  };
}
