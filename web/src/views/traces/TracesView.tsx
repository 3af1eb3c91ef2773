/** The traces tool: the search without a trace in the address, the trace with one. */
import { TracePage } from "./TracePage";
import { TraceSearch } from "./TraceSearch";

export function TracesView({ rest }: { rest: string }) {
  return rest === "" ? <TraceSearch /> : <TracePage key={rest} traceId={rest} />;
}
