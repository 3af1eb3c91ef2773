/** What the traces tool keeps in the address. */
import { flag, oneOf, text } from "@/state/url";
import { REQUESTS } from "./roots";

export const searchSpec = {
  q: text(REQUESTS),
  order: oneOf(["newest", "slowest", "errors"], "slowest"),
};

export const traceSpec = {
  view: oneOf(["timeline", "flame", "spans"], "timeline"),
  span: text(),
  find: text(),
  critical: flag(true),
};
