/**
 * The main job from beginning to end, as a person does it: start a drill, look into every tool, keep what one
 * finds, answer, hand in, read the solution. The right answers are those of `interviewer/answer.toml`; whoever
 * gives them, and looked where the evidence is, has all points.
 */
import type { Locator, Page } from "@playwright/test";
import { expect, expectAccessibleInBothThemes, startDrill, test } from "./fixtures";

const DRILL = /^Start: Unrelated endpoints time out/;
const FILE = "src/services/workflow_service/start.rs";

const CHAIN = [
  "A partner service answers slower than usual",
  "Transactions stay open for longer",
  "Connections sit idle in transaction",
  "The connection pool has no free connection left",
  "Callers queue for a connection",
  "Waiting for a connection ends in a timeout",
  "Requests that do not use the slow part fail",
];
/** Panels of the overview; only what is pinned or asked for is evidence. */
const PINNED = [
  "Connection pool",
  "Waiting for a connection",
  "Duration p95 by endpoint",
  "Database host",
  "Requests",
];
const RULED_OUT = [
  "The database server's CPU or disk",
  "A recent deployment",
  "Customers doing more than usual",
];

test("a drill from the catalogue to the explained solution", async ({ page }) => {
  test.setTimeout(10 * 60_000);
  await test.step("start the drill and watch it being prepared", () => prepare(page));
  await test.step("metrics: see the step, zoom into it, pin the pool", () => metrics(page));
  await test.step("traces: search, open one, read its spans", () => traces(page));
  await test.step("logs: filter, facet, from a line to its trace", () => logs(page));
  await test.step("database: sessions, pools, blocking, queries", () => database(page));
  await test.step("services: compare, one edge before and after, its traces", () => services(page));
  await test.step("code: search, open, point at a line", () => code(page));
  await test.step("notebook: a hypothesis, confirmed", () => notebook(page));
  await test.step("answer: everything that is asked", () => answer(page));
  await test.step("hand in, and read score and solution", () => handIn(page));
});

async function prepare(page: Page): Promise<void> {
  await startDrill(page, DRILL, "7");
  const side = page.getByRole("complementary", { name: "Brief, hints, notebook" });
  await expect(side).toContainText("What people report");
}

async function metrics(page: Page): Promise<void> {
  for (const name of ["Requests", "Failed", "Duration p95", "Connection pool", "Database host"]) {
    await expect(chart(page, name)).toBeVisible();
  }
  await expectAccessibleInBothThemes(page);

  const failing = await failingStretch(page);
  await dragOver(chart(page, "Duration p95 by endpoint"), failing.from - 0.04, failing.to + 0.04);
  await expect(page).toHaveURL(/from=.*&to=/);
  const { from, to } = rangeInAddress(page);
  expect(from).toBeLessThan(failing.fromMs);
  expect(to).toBeGreaterThan(failing.toMs);

  await expect(chart(page, "Connection pool")).toHaveAccessibleName(
    /highest 200 \(idle in transaction\)/,
  );
  for (const name of PINNED) {
    await chart(page, name).hover();
    await page.keyboard.press("p");
    await expect(page.getByText("Pinned to the notebook").first()).toBeVisible();
  }

  await page.getByRole("tab", { name: "Explorer" }).click();
  await page.getByRole("textbox", { name: "PromQL query" }).click();
  await page.keyboard.type(
    "sum by (peer_service) (rate(http_client_request_duration_seconds_sum[1m]))",
  );
  await page.keyboard.press("Escape");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("figure", { name: /^Result of/ })).toBeVisible();
  await expectAccessibleInBothThemes(page);
}

async function traces(page: Page): Promise<void> {
  const before = rangeInAddress(page);
  await openTool(page, "Traces");
  expect(rangeInAddress(page)).toEqual(before);
  const filter = page.getByRole("textbox", { name: "Filter traces by their spans" });
  const choice = (name: string) => page.getByRole("radio", { name, exact: true });
  await expect(choice("Requests")).toBeChecked();
  await expect(filter).toHaveValue("root:true kind:server");
  await choice("All").click();
  await expect(filter).toHaveValue("");
  await filter.fill("duration>15s name:");
  await filter.press("Enter");
  await expect(page.getByRole("alert")).toContainText("at character");
  await filter.fill("name:workflow.start duration>15s");
  await filter.press("Enter");
  const found = page.getByRole("grid", { name: "Traces" });
  await expect(found.getByRole("row").nth(1)).toContainText("POST /v1/workflows/{id}/start");
  await expect(page.getByRole("alert")).toBeHidden();
  await expectAccessibleInBothThemes(page);

  await page.getByRole("tab", { name: "Aggregate" }).click();
  const flame = page.getByRole("figure", { name: /^Flame graph of \d+ frames/ });
  await flame.focus();
  await flame.press("ArrowDown");
  const frame = page.getByRole("group", { name: /^Frame POST \/v1\/workflows/ });
  await expect(frame).toContainText("of its own");
  await expectAccessibleInBothThemes(page);
  await flame.press("t");
  await expect(page.getByRole("grid", { name: "Frames of all matching traces" })).toContainText(
    "transaction",
  );
  await page.getByRole("tab", { name: "Traces" }).click();

  // The id is an address, for a tab of its own; the click below goes through the name beside it.
  await expect(found.getByRole("link", { name: /^Trace [0-9a-f]{12}/ }).first()).toHaveAttribute(
    "href",
    /\/traces\/[0-9a-f]{32}\?.*from=/,
  );
  await found.getByRole("row").nth(1).getByRole("link").first().click();
  await expect(page).toHaveURL(/\/traces\/[0-9a-f]{32}/);
  await expect(page.getByRole("heading", { name: "POST /v1/workflows/{id}/start" })).toBeVisible();
  const waterfall = page.getByRole("application", { name: /spans\. Arrows move/ });
  await waterfall.focus();
  await waterfall.press("Home");
  await waterfall.press("ArrowDown");
  const detail = page.getByRole("complementary", { name: /^Span/ });
  await expect(detail).toBeVisible();
  await expectAccessibleInBothThemes(page);

  await page.getByRole("tab", { name: "Flame graph" }).click();
  await expect(page.getByRole("heading", { name: "Flame graph" })).toBeVisible();
  await expectAccessibleInBothThemes(page);

  await page.getByRole("tab", { name: /^Spans/ }).click();
  await page.getByRole("textbox", { name: "Find spans in this trace" }).fill("validation-service");
  const spans = page.getByRole("grid", { name: /[Ss]pans/ });
  await spans.getByRole("row").filter({ hasText: "client" }).first().click();
  await expect(detail).toContainText("validation-service");
  await expect(detail.getByRole("region", { name: "Attributes" })).toContainText("http.");
  await expect(detail).toContainText(/of the critical path/);
  await expectAccessibleInBothThemes(page);
  await page.getByRole("button", { name: "Pin this trace to the notebook" }).click();
  await expect(page.getByText("Pinned to the notebook").first()).toBeVisible();

  await page.getByRole("button", { name: /^Logs \d/ }).click();
  await expect(page).toHaveURL(/\/logs\?.*trace_id/);
  await expect(lines(page).first()).toBeVisible();
}

async function logs(page: Page): Promise<void> {
  const filter = page.getByRole("textbox", { name: "Filter log lines" });
  await filter.fill("level:error");
  await filter.press("Enter");
  await expect(
    page.getByRole("figure", { name: /^Log lines over time: [\d,]+ error$/ }),
  ).toBeVisible();
  await expectAccessibleInBothThemes(page);
  await page.getByRole("button", { name: /^pool_timeout/ }).click();
  await expect(page).toHaveURL(/error\.type(:|%3A)pool_timeout/);
  await expect(page.getByRole("button", { name: /^pool_timeout/ })).toHaveAttribute(
    "aria-pressed",
    "true",
  );
  await lines(page).first().getByRole("button").first().click();
  await expect(page.getByRole("link", { name: "Open its trace" })).toBeVisible();
  await expectAccessibleInBothThemes(page);
  await page.getByRole("radio", { name: "Patterns" }).click();
  await expect(page.getByRole("grid", { name: "Patterns of log lines" })).toContainText("100 %");
  await page.getByRole("radio", { name: "Lines" }).click();
  await page.getByRole("link", { name: "Open its trace" }).click();
  await expect(page).toHaveURL(/\/traces\/[0-9a-f]{32}\?.*span=/);
  await expect(page.getByRole("complementary", { name: /^Span/ })).toBeVisible();
}

async function database(page: Page): Promise<void> {
  await openTool(page, "Database");
  await expect(chart(page, "Server sessions by state")).toBeVisible();
  await expect(chart(page, "Client pools")).toBeVisible();
  // The tool opens at a sample of the stretch in which most sessions are busy.
  const idle = page.getByRole("radio", { name: /^Idle in transaction/ });
  await expect(idle).toContainText(/1\d\d|200/);
  await idle.click();
  const sessions = page.getByRole("grid", { name: /^Sessions at/ });
  await expect(sessions.getByRole("row").nth(1)).toContainText("idle in transaction");
  await expect(page.getByRole("region", { name: "Blocking" })).toBeVisible();
  await expect(page.getByRole("grid", { name: "Top queries" })).toContainText("SELECT");
  await expectAccessibleInBothThemes(page);

  const shown = await sessions.getAttribute("aria-label");
  await page.keyboard.press("[");
  await expect(sessions).not.toHaveAttribute("aria-label", shown ?? "");
  await sessions.hover();
  await page.keyboard.press("p");
  const side = page.getByRole("complementary", { name: "Brief, hints, notebook" });
  await side.getByRole("button", { name: "Notebook" }).click();
  // What is pinned is what one sees: the state that was chosen, not the one that was there before.
  await expect(side.getByRole("article").first()).toContainText("sessions idle in transaction at");
  await side.getByRole("button", { name: "Fold the right panel" }).click();

  await page.getByRole("tab", { name: "Queries" }).click();
  await expect(page.getByRole("grid", { name: "Top queries" })).toContainText("COMMIT");
  await expectAccessibleInBothThemes(page);
}

async function services(page: Page): Promise<void> {
  await page.keyboard.press("g");
  await page.keyboard.press("s");
  await expect(page).toHaveTitle(/^Services/);
  const graph = page.getByRole("application", { name: /^Service graph of \d+ nodes/ });
  await expect(graph).toBeVisible();
  await expect(page.getByRole("grid", { name: "Busiest edges" })).toContainText("postgresql");
  await page.getByRole("button", { name: "Compare", exact: true }).click();
  await expect(page).toHaveURL(/cfrom=.*&cto=/);
  const changed = page.getByRole("grid", { name: "Edges that changed most" });
  // The edge that users feel stands first, and the one behind it is not far.
  await expect(changed.getByRole("row").nth(1)).toContainText(/p95 ×/);
  await expectAccessibleInBothThemes(page);

  await graph.focus();
  await graph.press("ArrowRight");
  await expect(page.getByRole("complementary", { name: "Node clients" })).toBeVisible();
  await graph.press("ArrowRight");
  await expect(page.getByRole("complementary", { name: "Edge clients to api" })).toBeVisible();

  await changed.getByRole("row").filter({ hasText: "validation-service" }).click();
  const edge = page.getByRole("complementary", { name: "Edge api to validation-service" });
  await expect(edge.getByRole("row", { name: /^Duration p95/ })).toContainText("×");
  await expect(edge.getByRole("figure", { name: /^Duration p95/ })).toBeVisible();
  await expectAccessibleInBothThemes(page);

  await graph.press("t");
  await expect(page.getByRole("grid", { name: "Calls between services" })).toContainText("redis");
  await expectAccessibleInBothThemes(page);

  await edge.getByRole("link", { name: /^Traces over this edge/ }).click();
  await expect(page.getByRole("textbox", { name: "Filter traces by their spans" })).toHaveValue(
    "service:api kind:(client OR producer) peer.service:validation-service",
  );
  await expect(page.getByRole("grid", { name: "Traces" }).getByRole("row").nth(1)).toBeVisible();
}

async function code(page: Page): Promise<void> {
  await openTool(page, "Code");
  await expect(page.getByRole("navigation", { name: "Files" })).toBeVisible();
  await page.keyboard.press("/");
  await page.keyboard.type("approve_input");
  await page.keyboard.press("Enter");
  const found = page.getByRole("navigation", { name: "Matching lines" }).getByRole("region", {
    name: FILE,
  });
  await found.getByRole("button").first().click();
  await expect(page).toHaveURL(new RegExp(`/code/${FILE}\\?.*line=\\d+`));
  await expect(page.locator(".cm-content")).toContainText("approve_input");
  await expectAccessibleInBothThemes(page);
  const line = Number(new URL(page.url()).searchParams.get("line"));
  await page
    .locator(".cm-lineNumbers")
    .getByText(String(line - 2), { exact: true })
    .click();
  await expect(page).toHaveURL(new RegExp(`line=${line - 2}`));
  await page.getByRole("button", { name: "Add to the answer" }).click();
  await expect(page.getByText(`${FILE}:${line - 2} is in the answer`)).toBeVisible();
}

async function notebook(page: Page): Promise<void> {
  await openTool(page, "Notebook");
  await page.getByRole("textbox", { name: "New entry" }).fill("A slow call holds connections");
  await page.getByRole("radio", { name: "Hypothesis" }).click();
  await page.getByRole("button", { name: "Save" }).click();
  const entry = page.getByRole("listitem").filter({ hasText: "A slow call holds connections" });
  await entry.getByRole("radio", { name: "Confirmed" }).click();
  await expect(entry.getByRole("radio", { name: "Confirmed" })).toBeChecked();
  await expect(page.getByRole("tab", { name: /^Evidence/ })).toContainText("7");
  await expectAccessibleInBothThemes(page);
}

async function answer(page: Page): Promise<void> {
  await openTool(page, "Answer");
  await page.getByRole("radio", { name: /^Scarce resource held across a slow call/ }).check();
  await page.getByRole("radio", { name: /^Workflow operations/ }).check();
  const where = page.getByRole("region", { name: "Where in the code?" });
  await expect(where.getByRole("link")).toContainText(FILE);
  await expect(where.getByRole("textbox", { name: `Function in ${FILE}` })).toHaveValue("start");
  const steps = page.getByRole("list", { name: "Steps to pick from" });
  for (const step of CHAIN) await steps.getByRole("button", { name: step, exact: true }).click();
  await expect(
    page.getByRole("list", { name: "Chain, the cause first" }).getByRole("listitem"),
  ).toHaveText(CHAIN.map((step) => new RegExp(step)));
  const shows = page.getByRole("region", { name: "What shows it?" });
  await expect(shows.locator("label")).toHaveCount(7);
  for (const pinned of await shows.locator("label").all()) await tick(pinned);
  const not = page.getByRole("region", { name: "What is it not?" });
  for (const suspect of RULED_OUT) await tick(not.locator("label", { hasText: suspect }));
  await page
    .getByRole("textbox", { name: "In your own words" })
    .fill("The call to the validation service runs inside the transaction. Ask first.");
  await expect(page.getByText("Saved", { exact: true })).toBeVisible();
  await expectAccessibleInBothThemes(page);
  // What was written is on the server, not only in this tab.
  await page.reload();
  await expect(page.getByRole("textbox", { name: "In your own words" })).toHaveValue(/Ask first/);
}

async function handIn(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Hand in" }).last().click();
  const dialog = page.getByRole("dialog", { name: "Hand in this diagnosis?" });
  await expect(dialog).not.toContainText("Still open");
  await dialog.getByRole("button", { name: "Hand in" }).click();
  await expect(page.getByRole("heading", { name: /^(\d+) of \1 points$/ })).toBeVisible();
  const wrote = page.getByRole("region", { name: "What you wrote" });
  await expect(wrote).toContainText("Ask first.");
  await expect(wrote.getByRole("link")).toContainText(FILE);
  const solution = page.getByRole("region", { name: "Solution" });
  await expect(solution).toContainText("How to fix it");
  await expect(
    solution.getByRole("listitem").getByRole("link", { name: FILE, exact: true }),
  ).toHaveAttribute("href", new RegExp(`/code/${FILE}`));
  await expectAccessibleInBothThemes(page);
  await page.getByRole("link", { name: "Home" }).click();
  await expect(page.getByRole("main").getByText(/\b(\d+) of \1\b/)).toBeVisible();
}

/** Presses the label, for the box of a checkbox is drawn by the page. */
async function tick(label: Locator): Promise<void> {
  await label.click();
  await expect(label.getByRole("checkbox")).toBeChecked();
}

function chart(page: Page, name: string): Locator {
  return page.getByRole("figure", { name: new RegExp(`^${name},`) });
}

function lines(page: Page): Locator {
  return page.getByRole("list", { name: /^Log lines/ }).getByRole("listitem");
}

async function openTool(page: Page, name: string): Promise<void> {
  await page.getByRole("navigation", { name: "Tools" }).getByRole("link", { name }).click();
  await expect(page).toHaveTitle(new RegExp(`^${name}`));
}

/** Where requests fail, as instants and as shares of the recording: what one sees on the strip. */
async function failingStretch(page: Page) {
  const session = /\/sessions\/([^/]+)/.exec(page.url())?.[1];
  const { recording_id } = await (await page.request.get(`/api/v1/sessions/${session}`)).json();
  const timeline = await (
    await page.request.get(`/api/v1/recordings/${recording_id}/timeline`)
  ).json();
  const failed: number[] = timeline.failed;
  const first = failed.findIndex((count) => count > 0);
  const last = failed.findLastIndex((count) => count > 0);
  const { start_ms, end_ms, step_ms } = timeline;
  const fromMs = start_ms + first * step_ms;
  const toMs = start_ms + (last + 1) * step_ms;
  const share = (ms: number) => (ms - start_ms) / (end_ms - start_ms);
  return { fromMs, toMs, from: share(fromMs), to: share(toMs) };
}

/** Drags over a part of a chart's plot, from one share of its time axis to another. */
async function dragOver(figure: Locator, from: number, to: number): Promise<void> {
  const box = await figure.locator(".u-over").boundingBox();
  if (!box) throw new Error("the chart has no box");
  const { mouse } = figure.page();
  const y = box.y + box.height / 2;
  await mouse.move(box.x + box.width * from, y);
  await mouse.down();
  await mouse.move(box.x + box.width * to, y, { steps: 8 });
  await mouse.up();
}

function rangeInAddress(page: Page): { from: number; to: number } {
  const params = new URL(page.url()).searchParams;
  return { from: Date.parse(params.get("from") ?? ""), to: Date.parse(params.get("to") ?? "") };
}
