/** The traces tool: the search without a trace in the address, the trace with one. */
import { usePlace } from "@/state/location";
import { TracePage } from "./TracePage";
import { TraceSearch } from "./TraceSearch";

export default function TracesView() {
  const trace = usePlace()?.rest ?? "";
  return trace === "" ? <TraceSearch /> : <TracePage key={trace} traceId={trace} />;
}
