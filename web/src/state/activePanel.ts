/**
 * The panel that the person last pointed at or focused. P pins it and T turns its picture into a table, so
 * single keys act on what one looks at without clicking it first.
 */

import type { Pin } from "./pin";
import { createStore } from "./store";

export interface ActivePanel {
  id: string;
  pin: (() => Pin | null) | null;
  toggleTable: (() => void) | null;
}

export const activePanel = createStore<ActivePanel | null>(null);
