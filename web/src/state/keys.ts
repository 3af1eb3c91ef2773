/**
 * Key descriptions, as the command registry writes them, matched against key events.
 *
 * - `"?"`, `"p"`, `"Escape"`: by what the key types (`event.key`, letters without case)
 * - `"code:KeyW"`: by the physical key, so that W/A/S/D lie under the left hand on any layout
 * - `"mod+k"`: with Ctrl (Cmd on a Mac); `"shift+…"`, `"alt+…"`
 * - `"g m"`: one after the other within a second
 */

export interface KeyEventLike {
  key: string;
  code: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

export const CHORD_MS = 1_000;

export function matchesStroke(stroke: string, event: KeyEventLike): boolean {
  const parts = stroke.split("+");
  const key = stroke === "+" ? "+" : (parts.pop() ?? "");
  const mod = parts.includes("mod");
  if ((event.ctrlKey || event.metaKey) !== mod) return false;
  if (event.altKey !== parts.includes("alt")) return false;
  if (key.startsWith("code:")) {
    return event.code === key.slice(5) && event.shiftKey === parts.includes("shift");
  }
  if (parts.includes("shift") && !event.shiftKey) return false;
  // A letter with Shift is another key; signs such as "?" need Shift on many layouts by themselves.
  if (/^[a-z]$/i.test(key) && event.shiftKey && !parts.includes("shift")) return false;
  return event.key.toLowerCase() === key.toLowerCase();
}

/** Whether a command with only this key must stay quiet while a person types. */
export function isSingleKey(keys: string): boolean {
  return !/(mod|alt)\+/.test(keys) && !/^(F\d+|Escape)$/.test(keys);
}

/** The key as a person reads it, one cap a stroke: `["Ctrl K"]`, `["G", "M"]`. */
export function keyCaps(keys: string, mac = isMac()): string[] {
  return keys
    .split(" ")
    .map((stroke) => (stroke === "+" ? "+" : stroke.split("+").map(word).join(" ")));

  function word(part: string): string {
    if (part === "mod") return mac ? "⌘" : "Ctrl";
    if (part === "alt") return mac ? "⌥" : "Alt";
    if (part.startsWith("code:Key")) return part.slice(8);
    return KEY_WORDS[part] ?? (part.length === 1 ? part.toUpperCase() : part);
  }
}

const KEY_WORDS: Record<string, string> = {
  shift: "Shift",
  Escape: "Esc",
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
};

function isMac(): boolean {
  return typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.platform);
}
