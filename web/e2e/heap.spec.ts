/** The heap tool: two snapshots chosen, the type that grows, the way by which it is kept, and its source. */
import type { Page } from "@playwright/test";
import { expect, expectAccessibleInBothThemes, startDrill, test } from "./fixtures";

const DRILL = /^Start: A service dies every few hours/;

test.describe.configure({ mode: "serial" });

test("the drill opens with the heap among its tools", async ({ page }) => {
  test.setTimeout(6 * 60_000);
  await startDrill(page, DRILL, "7");
  await openHeap(page);
  await expect(changes(page, "A", "C")).toBeVisible();
});

test.describe("a session that is ready", () => {
  test.beforeEach(async ({ page }) => {
    await page.goto("/");
    await page.getByRole("button", { name: "Continue", exact: true }).click();
    await openHeap(page);
  });

  test("two snapshots are chosen, and what grows stands first", async ({ page }) => {
    await expect(
      page.getByRole("figure", { name: /^Process memory, of workflow-service-1/ }),
    ).toBeVisible();
    // By itself the page compares the first and the last snapshot of the longest life.
    await expect(changes(page, "A", "C")).toBeVisible();
    await expect(page.getByText("one life of the process")).toBeVisible();
    await page.getByRole("button", { name: /^From:/ }).click();
    await page.getByRole("menuitemradio", { name: /^B,/ }).click();
    await expect(page).toHaveURL(/[?&]a=\d+&b=\d+/);
    const table = changes(page, "B", "C");
    await expect(table.getByRole("columnheader", { name: "Stayed" })).toBeVisible();
    await expect(table.getByRole("row").nth(1)).toContainText(
      /Registered|Journal|Handler|BTreeMap/,
    );
    await expectAccessibleInBothThemes(page);

    // After a restart ids mean nothing: what stayed is not told.
    await page.locator("body").press("]");
    const across = changes(page, "B", "D");
    await expect(page.getByText("a restart between them")).toBeVisible();
    await expect(across.getByRole("columnheader", { name: "Stayed" })).toBeHidden();
    await page.locator("body").press("[");
    await expect(table).toBeVisible();
  });

  test("a type leads to the way by which it is kept, and to its source", async ({ page }) => {
    await page.getByRole("textbox", { name: "Find a type" }).fill("journal");
    await changes(page, "A", "C").getByRole("row").nth(1).click();
    await expect(page).toHaveURL(/type=Journal/);
    const detail = page.getByRole("region", { name: /^Why Journal stays/ });
    const way = detail.getByRole("list", { name: "The way from a root" });
    await expect(way.getByRole("listitem").first()).toContainText("event bus");
    await expect(way.getByRole("listitem").last()).toContainText(".journal");
    await expect(detail).toContainText(/of [\d,]+ objects share this shortest path/);
    await expectAccessibleInBothThemes(page);

    await detail.getByRole("button", { name: /^Look at one of them/ }).click();
    await expect(page.getByRole("region", { name: /^Journal @\d+/ })).toContainText(
      "Referred to by",
    );
    await expectAccessibleInBothThemes(page);
    await page.goBack();

    await way.getByRole("link", { name: /^journal\.rs:\d+$/ }).click();
    await expect(page).toHaveURL(/\/code\/src\/services\/workflow_engine\/journal\.rs\?.*line=\d+/);
  });

  test("the summary shows one snapshot with its owners", async ({ page }) => {
    await page.getByRole("tab", { name: "Summary" }).click();
    const table = page.getByRole("grid", { name: "Types at C" });
    await expect(table.getByRole("columnheader", { name: "Shallow" })).toBeVisible();
    const owners = page.getByRole("group", { name: /^Owners;/ });
    await expect(owners.getByRole("button", { name: /^event bus / })).toBeVisible();
    await expectAccessibleInBothThemes(page);
    await owners.getByRole("button", { name: /^event bus / }).focus();
    await page.keyboard.press("ArrowDown");
    await expect(owners.getByRole("button", { name: /^\.handlers / })).toBeFocused();
    await page.keyboard.press("t");
    await expect(page.getByRole("grid", { name: "Owners as a table" })).toContainText("Journal");
    await page.locator("body").press("[");
    await expect(page.getByRole("grid", { name: "Types at B" })).toBeVisible();
  });

  test("what one sees is pinned with its query", async ({ page }) => {
    await changes(page, "A", "C").hover();
    await page.keyboard.press("p");
    await expect(page.getByText("Pinned to the notebook")).toBeVisible();
    await page.getByRole("button", { name: "Notebook", exact: true }).click();
    await expect(page.getByText(/^from:\d+ to:\d+$/)).toBeVisible();
  });
});

async function openHeap(page: Page): Promise<void> {
  await page
    .getByRole("navigation", { name: "Tools" })
    .getByRole("link", { name: "Heap", exact: true })
    .click();
  await expect(page).toHaveURL(/\/heap/);
}

function changes(page: Page, from: string, to: string) {
  return page.getByRole("grid", { name: `Types at ${from} and at ${to}` });
}
