import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { Router } from "wouter";
import type { Recording } from "@/api/types";
import { HOUR } from "./range";
import { formatInstant } from "./url";
import { useWorkspace, WorkspaceProvider } from "./workspace";

const start = Date.UTC(2026, 0, 13, 9);
const recording = {
  id: "r-1",
  state: "sealed",
  start_ms: start,
  end_ms: start + 6 * HOUR,
  services: ["api"],
} as Recording;

function Probe() {
  const { range, rangeProblem } = useWorkspace();
  return `${rangeProblem ?? "shown"}: ${formatInstant(range.start)} to ${formatInstant(range.end)}`;
}

function check(search: string, expected: string) {
  const html = renderToStaticMarkup(
    <Router ssrPath="/recordings/r-1/metrics" ssrSearch={search}>
      <WorkspaceProvider session={null} recording={recording}>
        <Probe />
      </WorkspaceProvider>
    </Router>,
  );
  expect(html).toBe(expected);
}

it("shows the range of the address", () => {
  check(
    "?v=1&from=2026-01-13T11:50:00Z&to=2026-01-13T12:00Z",
    "shown: 2026-01-13T11:50Z to 2026-01-13T12:00Z",
  );
});

it("shows the whole recording instead of a range that cannot be read, and says so", () => {
  const said = "The range in the address cannot be read. A time is written like 2026-01-13T09:00Z";
  for (const search of [
    "?v=1&from=yesterday&to=2026-01-13T12:00Z",
    "?v=1&from=2026-01-13T11:50:00Z&to=2026-01-13",
    "?v=1&to=noon",
  ]) {
    check(search, `${said}: 2026-01-13T09:00Z to 2026-01-13T15:00Z`);
  }
});
