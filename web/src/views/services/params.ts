/** What the services tool keeps in the address. */
import { instant, oneOf, text } from "@/state/url";

export const COLOURS = ["failed", "duration", "rate"] as const;
export type ColourBy = (typeof COLOURS)[number];

export const servicesSpec = {
  view: oneOf(["graph", "table"], "graph"),
  colour: oneOf(COLOURS, "failed"),
  /** A filter over spans, which selects traces. */
  q: text(),
  /** The selected edge or node, by its id in the model. */
  sel: text(),
  find: text(),
  /** The range to compare with. */
  cfrom: instant(),
  cto: instant(),
};
