/** What a person chose for this browser, kept in local storage. */
import { createStore, type Store } from "./store";

export interface Settings {
  /** Keys without Ctrl or Cmd (WCAG 2.1.4 asks that they can be switched off). */
  singleKeys: boolean;
  sidePanelOpen: boolean;
}

const KEY = "firedrill.settings";
const DEFAULTS: Settings = { singleKeys: true, sidePanelOpen: true };

export const settings: Store<Settings> = createStore(read());

export function changeSettings(patch: Partial<Settings>): void {
  settings.set((now) => ({ ...now, ...patch }));
  try {
    localStorage.setItem(KEY, JSON.stringify(settings.get()));
  } catch {
    // Without storage the choice holds for this visit.
  }
}

function read(): Settings {
  try {
    const saved: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return { ...DEFAULTS, ...(saved as Partial<Settings>) };
  } catch {
    return DEFAULTS;
  }
}
