import { createStore } from "@/state/store";

export const paletteOpen = createStore(false);
export const helpOpen = createStore(false);
