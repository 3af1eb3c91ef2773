/** What every end-to-end test starts from: a server of its own with an empty data folder, and axe. */
import { type ChildProcess, spawn } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import AxeBuilder from "@axe-core/playwright";
import { test as base, expect, type Page } from "@playwright/test";

export { expect };

const START_MS = 30_000;
const GRAVE = ["serious", "critical"];
const DRILLS = fileURLToPath(new URL("../../drills", import.meta.url));

interface WorkerFixtures {
  /** Address of the server, for example `http://127.0.0.1:40123`. */
  server: string;
}

export const test = base.extend<{ baseURL: string }, WorkerFixtures>({
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the first argument
    async ({}, use) => {
      const running = process.env.FIREDRILL_URL;
      if (running) return use(running);
      const binary = process.env.FIREDRILL_BIN;
      if (!binary) throw new Error("FIREDRILL_BIN is not set; build firedrill and name the binary");
      const data = await mkdtemp(join(tmpdir(), "firedrill-e2e-"));
      const drills = join(data, "drills");
      await shortDrills(drills);
      const child = spawn(
        binary,
        ["serve", "--port", "0", "--no-open", "--no-otlp", "--data", data, "--drills", drills],
        { stdio: ["ignore", "pipe", "inherit"] },
      );
      try {
        await use(await addressOf(child));
      } finally {
        await stop(child);
        await rm(data, { recursive: true, force: true });
      }
    },
    { scope: "worker", timeout: START_MS },
  ],
  baseURL: ({ server }, use) => use(server),
});

/** Fails on what axe finds serious. Colour contrast of canvases is checked by the tokens' own test. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations
    .filter((violation) => GRAVE.includes(violation.impact ?? ""))
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join("\n  ")}`);
  expect(found).toEqual([]);
}

/** The same in both themes; the page follows the system's setting. */
export async function expectAccessibleInBothThemes(page: Page): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await expect(page.locator("html")).toHaveAttribute("data-theme", colorScheme);
    await expectAccessible(page);
  }
}

/**
 * The drills as they are, but for one hour of incident in place of six: the scenario draws onset and length
 * in proportion, so it is the same incident in a sixth of the time.
 */
async function shortDrills(to: string): Promise<void> {
  await cp(DRILLS, to, { recursive: true });
  for (const slug of await readdir(to)) {
    const file = join(to, slug, "drill.toml");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace(/^hours = \d+$/m, "hours = 1"));
  }
}

/** Starts a drill with a seed, looks at it while it plays, and waits until its incident is complete. */
export async function startDrill(page: Page, title: string | RegExp, seed: string): Promise<void> {
  await page.goto("/");
  await page.getByRole("button", { name: title }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Seed" }).fill(seed);
  await dialog.getByRole("button", { name: "Start" }).click();
  await expect(page.getByRole("progressbar")).toBeVisible();
  await expect(page.getByRole("region", { name: "Brief" })).toContainText("Your task");
  // The tools open on the first minutes of the incident; the clock waits for the rest.
  await expect(page).toHaveURL(/\/metrics/, { timeout: 60_000 });
  const running = page.getByRole("progressbar", { name: "Running the incident" });
  await expect(running).toBeVisible();
  await expect(page.getByRole("figure", { name: /^Requests,/ }).first()).toBeVisible();
  await expect(page.getByRole("button", { name: "Hand in" })).toBeHidden();
  await expect(running).toBeHidden({ timeout: 5 * 60_000 });
  await expect(page.getByRole("button", { name: "Hand in" })).toBeVisible();
}

/** The first line with an address that the server prints. */
function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
      const address = /https?:\/\/[\d.:]+\d/.exec(printed);
      if (address) resolve(address[0]);
    });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`firedrill ended with ${code}: ${printed}`)));
  });
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.once("exit", () => resolve());
    child.kill("SIGTERM");
  });
}
