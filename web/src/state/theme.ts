/** Dark or light. `public/theme.js` applies the choice before the first paint; this changes it later. */
import { createStore } from "./store";

export type ThemeName = "dark" | "light";

const KEY = "firedrill.theme";

export const theme = createStore<ThemeName>(
  typeof document !== "undefined" && document.documentElement.dataset.theme === "light"
    ? "light"
    : "dark",
);

export function setTheme(name: ThemeName): void {
  try {
    localStorage.setItem(KEY, name);
  } catch {
    // Without storage the choice holds for this visit.
  }
  chosen = true;
  apply(name);
}

/** Whoever chose nothing has what the system has, also when that changes in the evening. */
export function followSystem(): void {
  matchMedia("(prefers-color-scheme: light)").addEventListener("change", ({ matches }) => {
    if (!chosen) apply(matches ? "light" : "dark");
  });
}

let chosen = hasChoice();

function apply(name: ThemeName): void {
  document.documentElement.dataset.theme = name;
  theme.set(name);
}

function hasChoice(): boolean {
  try {
    return localStorage.getItem(KEY) !== null;
  } catch {
    return false;
  }
}

export function toggleTheme(): void {
  setTheme(theme.get() === "dark" ? "light" : "dark");
}
