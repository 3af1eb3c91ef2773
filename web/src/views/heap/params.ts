/** What the heap tool keeps in the address. */
import { integer, oneOf, text } from "@/state/url";

export const heapSpec = {
  view: oneOf(["comparison", "summary"], "comparison"),
  /** The process, as `service/instance`; by default the one with most snapshots. */
  process: text(),
  /** The snapshots by their numbers: what is compared with what. The later one is the one that is looked into. */
  a: integer(),
  b: integer(),
  find: text(),
  /** A column, with a minus before it where the smallest stands first. */
  sort: text(),
  type: text(),
  /** One object by its id. */
  object: integer(),
  /** Which of the ways by which the type is kept, from 0. */
  way: integer(0),
};
