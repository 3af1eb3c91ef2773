/** Short messages about what was done, with Undo where it can be undone. Shown by `ui/Toasts`. */
import { createStore } from "./store";

export interface Toast {
  id: number;
  text: string;
  icon?: string;
  tone?: "plain" | "error";
  action?: { label: string; run: () => void };
}

export const TOAST_MS = 4_000;
const MOST = 3;

export const toasts = createStore<readonly Toast[]>([]);

let nextId = 1;

/** Shows a message for four seconds; longer when it offers an action or reports an error. */
export function showToast(toast: Omit<Toast, "id">): () => void {
  const id = nextId++;
  toasts.set((all) => [...all, { ...toast, id }].slice(-MOST));
  const dismiss = () => toasts.set((all) => all.filter((other) => other.id !== id));
  setTimeout(dismiss, toast.action || toast.tone === "error" ? TOAST_MS * 2 : TOAST_MS);
  return dismiss;
}

export function dismissToast(id: number): void {
  toasts.set((all) => all.filter((other) => other.id !== id));
}
