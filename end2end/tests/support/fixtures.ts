// What every spec imports instead of Playwright's own `test`: a server, pages that fail on any console error, and short helpers.
import { type ConsoleMessage, type Page, expect, test as base } from "@playwright/test";

import { expectAccessible } from "./axe.ts";
import { type Account, type Demo, startDemo } from "./demo.ts";

interface Options {
  /** Console errors that a test provokes on purpose, such as the browser's own line about a 404. */
  expectedConsole: RegExp[];
}

interface Fixtures {
  /** True in the project that runs with scripts. */
  scripts: boolean;
  /** Opens a path of the product, demands a status below 400 (or `status`), and waits until the page is alive. */
  visit: (path: string, status?: number) => Promise<void>;
  /** Signs in by the form, and ends on the page that follows. */
  signIn: (account: Account | string) => Promise<void>;
  /** Waits until scripts have taken over the page; nothing to wait for without scripts. */
  alive: () => Promise<void>;
  /** Demands that axe finds nothing on the page as it is now. */
  accessible: () => Promise<void>;
}

interface WorkerFixtures {
  /** What a server of one's own is wanted for, where another test leaves its customers changed; empty for any. */
  story: string;
  demo: Demo;
}

export const test = base.extend<Options & Fixtures, WorkerFixtures>({
  expectedConsole: [[], { option: true }],

  story: ["", { option: true, scope: "worker" }],

  demo: [
    // Another story is another worker: Playwright goes by the fixtures that a test asks for.
    async ({ story: _story }, use, worker) => {
      const demo = await startDemo(`${worker.project.name}-${worker.workerIndex}`);
      await use(demo);
      await demo.stop();
    },
    { scope: "worker", timeout: 120_000 },
  ],

  baseURL: async ({ demo }, use) => use(demo.url),

  scripts: async ({ javaScriptEnabled }, use) => use(javaScriptEnabled !== false),

  page: async ({ page, expectedConsole }, use) => {
    const faults = watch(page, expectedConsole);
    await use(page);
    expect(faults, "errors on the browser's console").toEqual([]);
  },

  alive: async ({ page, scripts }, use) => {
    await use(async () => {
      if (scripts) {
        await expect(page.locator("body[data-hydrated]"), "the page was not hydrated").toBeAttached();
      }
    });
  },

  visit: async ({ page, alive }, use) => {
    await use(async (path, status) => {
      const response = await page.goto(path);
      if (status === undefined) {
        expect(response?.status(), `status of ${path}`).toBeLessThan(400);
      } else {
        expect(response?.status(), `status of ${path}`).toBe(status);
      }
      await alive();
    });
  },

  signIn: async ({ page, demo, visit, alive }, use) => {
    await use(async (who) => {
      const account = typeof who === "string" ? demo.account(who) : who;
      await visit("/sign-in");
      await page.getByLabel(/e-?mail/i).fill(account.email);
      await page.getByLabel(/password/i).fill(account.password);
      await page.getByRole("button", { name: "Sign in" }).click();
      await expect(page).not.toHaveURL(/\/sign-in/);
      await alive();
    });
  },

  accessible: async ({ page, scripts }, use) => use(() => expectAccessible(page, scripts)),
});

/** Collects what must not happen on a page; Playwright reports uncaught errors apart from the console. */
function watch(page: Page, expected: RegExp[]): string[] {
  const faults: string[] = [];
  const add = (text: string): void => {
    if (!expected.some((pattern) => pattern.test(text))) {
      faults.push(text);
    }
  };
  page.on("console", (message: ConsoleMessage) => {
    if (message.type() === "error") {
      add(`${message.text()} (${message.location().url})`);
    }
  });
  page.on("pageerror", (error) => add(`uncaught: ${error.message}`));
  return faults;
}

export { expect };
export type { Account, Demo };
