/** What the traces tool keeps in the address. */
import { flag, instant, oneOf, text } from "@/state/url";
import { REQUESTS } from "./roots";

export const searchSpec = {
  view: oneOf(["traces", "aggregate"], "traces"),
  q: text(REQUESTS),
  order: oneOf(["newest", "slowest", "errors"], "slowest"),
  /** Of the aggregate: the selected frame as a path, and the range to compare with. */
  frame: text(),
  cfrom: instant(),
  cto: instant(),
};

export const traceSpec = {
  view: oneOf(["timeline", "flame", "spans"], "timeline"),
  span: text(),
  find: text(),
  critical: flag(true),
};
