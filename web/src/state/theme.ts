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
  document.documentElement.dataset.theme = name;
  try {
    localStorage.setItem(KEY, name);
  } catch {
    // Without storage the choice holds for this visit.
  }
  theme.set(name);
}

export function toggleTheme(): void {
  setTheme(theme.get() === "dark" ? "light" : "dark");
}
