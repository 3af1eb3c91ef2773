import { expect, expectAccessible, startDrill, test } from "./fixtures";

const DRILL = /^Start: Unrelated endpoints time out/;

test.describe.configure({ mode: "serial" });
test("from the catalogue to the first chart", async ({ page }) => {
  test.setTimeout(6 * 60_000);
  await startDrill(page, DRILL, "7");
  for (const name of ["Requests", "Failed", "Duration p95", "Connection pool", "Database host"]) {
    await expect(page.getByRole("figure", { name: new RegExp(`^${name},`) })).toBeVisible();
  }
  await expect(page.getByRole("grid", { name: "Endpoints" })).toContainText("GET /");
});

test.describe("a session that is ready", () => {
  test.beforeEach(async ({ page }) => {
    await page.goto("/");
    await page.getByRole("button", { name: "Continue", exact: true }).click();
    await expect(page.getByRole("figure", { name: /^Duration p95 by endpoint/ })).toBeVisible();
  });

  for (const theme of ["dark", "light"]) {
    test(`the overview is accessible in ${theme}`, async ({ page }) => {
      await page.emulateMedia({ colorScheme: theme as "dark" | "light" });
      await page.reload();
      await expect(page.getByRole("figure", { name: /^Connection pool/ })).toBeVisible();
      await expectAccessible(page);
    });
  }

  test("dragging zooms all charts, and Back undoes it", async ({ page }) => {
    const before = page.url();
    const box = await page.getByRole("figure", { name: /^Duration p95 by endpoint/ }).boundingBox();
    if (!box) throw new Error("the chart has no box");
    await page.mouse.move(box.x + box.width * 0.4, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.7, box.y + box.height / 2, { steps: 6 });
    await page.mouse.up();
    await expect(page).toHaveURL(/from=.*&to=/);
    await page.goBack();
    await expect(page).toHaveURL(before);
  });

  test("a chart is read by keys, and has a table", async ({ page }) => {
    const chart = page.getByRole("figure", { name: /^Duration p95 by endpoint/ });
    await chart.focus();
    await page.keyboard.press("Home");
    await expect(chart.locator("[aria-live]")).toContainText(/\d\d:\d\d:\d\d: /);
    await page.keyboard.press("t");
    await expect(
      page.getByRole("grid", { name: /^Duration p95 by endpoint, as a table/ }),
    ).toBeVisible();
  });

  test("what one sees is pinned with its query", async ({ page }) => {
    await page.getByRole("figure", { name: /^Connection pool/ }).hover();
    await page.keyboard.press("p");
    await expect(page.getByText("Pinned to the notebook")).toBeVisible();
    await page.getByRole("tab", { name: /^Notebook/ }).click();
    await expect(page.getByText(/^sum by \(state\)/).first()).toBeVisible();
  });

  test("the explorer marks an error where it is and keeps the last result", async ({ page }) => {
    await page.getByRole("tab", { name: "Explorer" }).click();
    await page.getByRole("textbox", { name: "PromQL query" }).click();
    await page.keyboard.type("postgresql_connection_max");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("figure", { name: /^Result of/ })).toBeVisible();
    await page.getByRole("textbox", { name: "PromQL query" }).fill("sum(postgresql_connection_max");
    await page.keyboard.press("Control+Enter");
    await expect(page.getByRole("alert")).toContainText("at character");
    await expectAccessible(page);
  });

  test("completion knows the recording's metrics and labels", async ({ page }) => {
    await page.getByRole("tab", { name: "Explorer" }).click();
    await page.getByRole("textbox", { name: "PromQL query" }).click();
    await page.keyboard.type("http_server_request_dur");
    await page.getByRole("option", { name: /http_server_request_duration_seconds_bucket/ }).click();
    await page.keyboard.type("{http_ro");
    await expect(page.getByRole("option", { name: /http_route/ })).toBeVisible();
  });

  test("a reversed range is said, and what is shown instead", async ({ page }) => {
    await page.goto(
      `${new URL(page.url()).pathname}?v=1&from=2026-01-13T09:40Z&to=2026-01-13T09:20Z`,
    );
    await expect(page.getByText("The range in the address ends before it starts")).toBeVisible();
    await expect(page.getByRole("figure", { name: /^Duration p95 by endpoint/ })).toBeVisible();
    await expectAccessible(page);
    await page.getByRole("button", { name: /^Keep / }).click();
    await expect(page.getByText("The range in the address ends before it starts")).toBeHidden();
  });

  test("a range that cannot be read is said, and what is shown instead", async ({ page }) => {
    await page.goto(`${new URL(page.url()).pathname}?v=1&from=yesterday&to=2026-01-13T09:40Z`);
    const said = page.getByText("The range in the address cannot be read");
    await expect(said).toBeVisible();
    await expect(page.getByRole("figure", { name: /^Duration p95 by endpoint/ })).toBeVisible();
    await page.getByRole("button", { name: /^Keep / }).click();
    await expect(said).toBeHidden();
  });

  test("a filter that is not understood leaves what was there", async ({ page }) => {
    await page.getByRole("link", { name: "Logs" }).click();
    const lines = page.getByRole("list", { name: /^Log lines/ }).getByRole("listitem");
    await expect(lines.first()).toBeVisible();
    const filter = page.getByRole("textbox", { name: "Filter log lines" });
    await filter.fill("level:");
    await filter.press("Enter");
    await expect(page.getByRole("alert")).toContainText("at character");
    await expect(lines.first()).toBeVisible();
    await filter.fill("level:error nosuchword");
    await filter.press("Enter");
    await expect(page.getByText(/^Without nosuchword there are [\d,]+\.$/)).toBeVisible();
    await expectAccessible(page);
    await page.getByRole("button", { name: "Without nosuchword" }).click();
    await expect(filter).toHaveValue("level:error");
    await expect(lines.first()).toBeVisible();
  });
});
