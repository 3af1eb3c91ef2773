/**
 * The heap tool: memory over time with its snapshots, what was added between two of them, who keeps how much, and why
 * the objects of a type stay.
 */
import { type HistoryMode, useParams } from "@/state/location";
import type { ParamsOf } from "@/state/url";
import { useCommands } from "@/state/useCommand";
import { useWorkspace } from "@/state/workspace";
import { Choice } from "@/ui/Menu";
import { Empty, ErrorState, Skeleton } from "@/ui/States";
import { ViewTabs } from "@/ui/Tabs";
import { LinkButton, Toolbar, ToolbarLine } from "@/ui/Toolbar";
import { Comparison } from "./Comparison";
import styles from "./heap.module.css";
import { MemoryPanel } from "./MemoryPanel";
import { type Pair, type ProcessModel, pairOf, withMoved, withPressed } from "./model";
import { heapSpec } from "./params";
import { SummaryOfOne } from "./SummaryOfOne";
import { useProcesses } from "./useHeap";

export type HeapParams = ParamsOf<typeof heapSpec>;
export type SetHeapParams = (patch: Partial<HeapParams>, mode?: HistoryMode) => void;

export default function HeapView() {
  const { recording } = useWorkspace();
  const [params, setParams] = useParams(heapSpec);
  const { processes, error, retry } = useProcesses();
  const process = processes?.find((one) => one.id === params.process) ?? processes?.[0];
  return (
    <>
      <Toolbar label="Heap">
        <ViewTabs
          label="View of the heap"
          value={params.view}
          tabs={[
            { value: "comparison", label: "Comparison" },
            { value: "summary", label: "Summary" },
          ]}
          onChange={(view) => setParams({ view, sort: "" })}
        />
        {processes && process && (
          <>
            <ToolbarLine />
            <ProcessChoice processes={processes} process={process} setParams={setParams} />
          </>
        )}
        <span className="grow" />
        <LinkButton />
      </Toolbar>
      {error && !processes ? (
        <ErrorState error={error} onRetry={retry} />
      ) : !processes ? (
        <Skeleton shape="rows" rows={14} />
      ) : !process ? (
        <NoSnapshots isPlaying={recording.state === "open"} />
      ) : (
        <ProcessHeap key={process.id} process={process} params={params} setParams={setParams} />
      )}
    </>
  );
}

function ProcessChoice(props: {
  processes: readonly ProcessModel[];
  process: ProcessModel;
  setParams: SetHeapParams;
}) {
  const { processes, process, setParams } = props;
  if (processes.length === 1) return <span className="t2">{process.instance}</span>;
  return (
    <Choice
      label="Process"
      value={process.id}
      options={processes.map((one) => ({
        value: one.id,
        label: one.instance || one.service,
        hint: `${one.snapshots.length} snapshots`,
      }))}
      onChange={(id) =>
        setParams({ process: id, a: null, b: null, type: "", object: null, way: 0 }, "push")
      }
    />
  );
}

function NoSnapshots({ isPlaying }: { isPlaying: boolean }) {
  return isPlaying ? (
    <Empty title="No heap snapshot so far">
      One appears here as soon as it is taken and recorded.
    </Empty>
  ) : (
    <Empty title="No heap snapshots in this recording">
      Nobody took one while it was recorded. What a process uses over time is in the metrics.
    </Empty>
  );
}

interface ProcessHeapProps {
  process: ProcessModel;
  params: HeapParams;
  setParams: SetHeapParams;
}

function ProcessHeap({ process, params, setParams }: ProcessHeapProps) {
  const { snapshots } = process;
  const compares = params.view === "comparison";
  const pair = pairOf(snapshots, params.a, params.b);
  const single = snapshots.find((one) => one.id === params.b) ?? pair?.to ?? snapshots.at(-1);
  const choose = (next: Pair) => setParams({ a: next.from.id, b: next.to.id, way: 0 });
  // Looking at one snapshot leaves the other end of the comparison where it is, if it can.
  const look = (id: number) =>
    setParams({ b: id, way: 0, ...(params.a === id ? { a: null } : {}) });
  const move = (end: "from" | "to", by: 1 | -1) => {
    if (compares && pair) choose(withMoved(snapshots, pair, end, by));
    else {
      const next = snapshots[snapshots.findIndex((one) => one.id === single?.id) + by];
      if (next) look(next.id);
    }
  };
  useCommands([
    command("earlier", "Earlier snapshot", "[", () => move("to", -1)),
    command("later", "Later snapshot", "]", () => move("to", 1)),
    command("from.earlier", "Compare with an earlier snapshot", "{", () => move("from", -1)),
    command("from.later", "Compare with a later snapshot", "}", () => move("from", 1)),
  ]);
  if (!single) return null;
  return (
    <div className={styles.tool}>
      <MemoryPanel
        process={process}
        pair={compares ? pair : null}
        chosen={compares && pair ? [pair.from.id, pair.to.id] : [single.id]}
        onPress={(id) => (compares && pair ? choose(withPressed(snapshots, pair, id)) : look(id))}
      />
      {!compares ? (
        <SummaryOfOne
          process={process}
          snapshot={single}
          onSnapshot={look}
          params={params}
          setParams={setParams}
        />
      ) : pair ? (
        <Comparison
          process={process}
          pair={pair}
          onPair={choose}
          params={params}
          setParams={setParams}
        />
      ) : (
        <Empty title="One snapshot cannot be compared">
          {process.instance} has one heap snapshot in this recording. The summary shows what is in
          it.
        </Empty>
      )}
    </div>
  );
}

function command(id: string, title: string, key: string, run: () => void) {
  return { id: `heap.${id}`, title, group: "In this tool" as const, keys: [key], run };
}
