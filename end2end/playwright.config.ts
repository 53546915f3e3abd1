// Browser tests of the product as it is built: `cargo xtask test --only browser`.
// Every spec runs twice: with scripts and without, since every page must work without them.
import { defineConfig, devices } from "@playwright/test";

const chromium = process.env["USERSYNC_CHROMIUM"];
if (!chromium) {
  throw new Error("USERSYNC_CHROMIUM names no browser: run the browser tests by `cargo xtask test --only browser`");
}

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  // Each worker has a server and a database of its own (tests/support/demo.ts); the tests of one file share them in order.
  workers: 2,
  fullyParallel: false,
  // A test that fails only sometimes has a fault: it is not hidden by another try.
  retries: 0,
  forbidOnly: Boolean(process.env["CI"]),
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"], ["json"]],
  use: {
    ...devices["Desktop Chrome"],
    locale: "en-GB",
    timezoneId: "Europe/London",
    screenshot: "only-on-failure",
    // A trace of every test costs a fifth of the time. When one fails: `-- tests/... --trace retain-on-failure`.
    trace: "off",
    launchOptions: {
      executablePath: chromium,
      args: [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "with-scripts", use: { javaScriptEnabled: true } },
    { name: "no-scripts", use: { javaScriptEnabled: false } },
  ],
});
