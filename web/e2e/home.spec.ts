import { expect, expectAccessible, test } from "./fixtures";

for (const colorScheme of ["dark", "light"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test("home is accessible", async ({ page }) => {
      await page.goto("/");
      await expect(page.locator("html")).toHaveAttribute("data-theme", colorScheme);
      await expect(page.getByRole("heading", { name: "Drills", level: 2 })).toBeVisible();
      await expect(page.getByRole("button", { name: /^(Start|Continue): / }).first()).toBeVisible();
      await expectAccessible(page);
    });
  });
}

test("drills are filtered, and the filter is in the address", async ({ page }) => {
  await page.goto("/");
  await expect(page.getByRole("button", { name: /^(Start|Continue): / }).first()).toBeVisible();
  await page.keyboard.press("/");
  await page.keyboard.type("no such drill");
  await expect(page.getByText("No drill matches these filters")).toBeVisible();
  await expect(page).toHaveURL(/text=no\+such\+drill/);
  await page.getByRole("button", { name: /^Show all/ }).click();
  await expect(page.getByRole("button", { name: /^(Start|Continue): / }).first()).toBeVisible();
});

test("a seed that is no number is refused in words", async ({ page }) => {
  await page.goto("/");
  await page
    .getByRole("button", { name: /^Start: / })
    .first()
    .click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Seed" }).fill("seven");
  await dialog.getByRole("button", { name: "Start" }).click();
  await expect(dialog.getByText("A seed is a whole number, for example 7.")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
});

test("an unknown address leads back to the drills", async ({ page }) => {
  await page.goto("/no/such/page");
  await expect(page.getByText("There is no page at this address")).toBeVisible();
  await page.getByRole("link", { name: "Go to the drills" }).click();
  await expect(page.getByRole("heading", { name: "Drills", level: 2 })).toBeVisible();
});

test("every shortcut is in the help, and the palette runs commands", async ({ page }) => {
  await page.goto("/");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await page.keyboard.press("Escape");
  const before = await page.locator("html").getAttribute("data-theme");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("dark and light");
  await page.keyboard.press("Enter");
  await expect(page.locator("html")).not.toHaveAttribute("data-theme", before ?? "");
});
