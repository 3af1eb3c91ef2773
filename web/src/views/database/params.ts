/** What the database tool keeps in the address. */
import { integer, oneOf } from "@/state/url";

export const databaseSpec = {
  view: oneOf(["overview", "queries"], "overview"),
  state: oneOf(["all", "idle in transaction", "active", "waiting"], "all"),
  order: oneOf(["total_time", "mean_time", "calls", "rows"], "total_time"),
  /** The instant of the sample, in milliseconds. */
  at: integer(),
  pid: integer(),
};
