/** The tools of a workspace: name, icon, key, view. A tool's view is loaded when it is first opened. */
import { type ComponentType, lazy } from "react";
import type { Tool } from "@/state/url";
import type { IconName } from "@/ui/Icon";
import { MetricsView } from "@/views/metrics/MetricsView";

export interface ToolInfo {
  tool: Tool;
  label: string;
  icon: IconName;
  /** The second key after `g`. */
  key: string;
  /** Needs a session: there is nothing to answer in a recording alone. */
  needsSession?: boolean;
  /** The tool has a detail column of its own here, so the right panel starts folded. */
  foldsSide?(rest: string): boolean;
  view: ComponentType;
}

export const TOOL_INFOS: readonly ToolInfo[] = [
  { tool: "metrics", label: "Metrics", icon: "metrics", key: "m", view: MetricsView },
  {
    tool: "traces",
    label: "Traces",
    icon: "traces",
    key: "t",
    // The search is a list; an open trace has its span beside it.
    foldsSide: (rest) => rest !== "",
    view: lazy(() => import("@/views/traces/TracesView")),
  },
  {
    tool: "logs",
    label: "Logs",
    icon: "logs",
    key: "l",
    view: lazy(() => import("@/views/logs/LogsView")),
  },
  {
    tool: "database",
    label: "Database",
    icon: "database",
    key: "d",
    foldsSide: () => true,
    view: lazy(() => import("@/views/database/DatabaseView")),
  },
  {
    tool: "heap",
    label: "Heap",
    icon: "heap",
    key: "h",
    foldsSide: () => true,
    view: lazy(() => import("@/views/heap/HeapView")),
  },
  {
    tool: "services",
    label: "Services",
    icon: "services",
    key: "s",
    foldsSide: () => true,
    view: lazy(() => import("@/views/services/ServicesView")),
  },
  {
    tool: "code",
    label: "Code",
    icon: "code",
    key: "c",
    foldsSide: () => true,
    view: lazy(() => import("@/views/code/CodeView")),
  },
  {
    tool: "notebook",
    label: "Notebook",
    icon: "notebook",
    key: "n",
    needsSession: true,
    foldsSide: () => true,
    view: lazy(() => import("@/views/notebook/NotebookView")),
  },
  {
    tool: "answer",
    label: "Answer",
    icon: "answer",
    key: "a",
    needsSession: true,
    view: lazy(() => import("@/views/answer/AnswerView")),
  },
];

export function toolInfo(tool: Tool): ToolInfo {
  const info = TOOL_INFOS.find((candidate) => candidate.tool === tool);
  if (!info) throw new Error(`no such tool: ${tool}`);
  return info;
}

/** Tools of a session: what its drill allows, then notebook and answer. A recording alone shows all signals. */
export function toolsFor(allowed: readonly string[] | null): ToolInfo[] {
  return TOOL_INFOS.filter((info) =>
    info.needsSession ? allowed !== null : allowed === null || allowed.includes(info.tool),
  );
}
