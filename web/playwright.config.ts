// End-to-end tests drive the real binary: FIREDRILL_BIN names it. FIREDRILL_URL tests a server that runs
// already. The browser is the system's Chromium; CHROMIUM names another one.
import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "e2e",
  // One server, and an incident takes the machine's cores while it runs.
  workers: 1,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: [["list"]],
  use: {
    viewport: { width: 1440, height: 900 },
    trace: "retain-on-failure",
    actionTimeout: 15_000,
    navigationTimeout: 15_000,
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox"],
    },
  },
});
