// Accessibility by axe: WCAG 2.2 AA and axe's best practices, no exceptions.
import { AxeBuilder } from "@axe-core/playwright";
import { type Page, expect } from "@playwright/test";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Fails with one line for each fault: the rule, what it means, and the elements. */
export async function expectAccessible(page: Page, scripts: boolean): Promise<void> {
  const faults = scripts ? await faultsOf(page) : await faultsOfCopy(page);
  expect(faults, `axe on ${page.url()}`).toEqual([]);
}

async function faultsOf(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
  return violations.map(
    ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.target.join(" ")).join(" | ")}`,
  );
}

/**
 * The same where scripts are off: axe is a script itself and would wait for ever. It looks at a copy of the page, at the
 * same address and in the same colours, from which the page's own scripts were taken.
 */
async function faultsOfCopy(page: Page): Promise<string[]> {
  const browser = page.context().browser();
  if (!browser) {
    throw new Error("the page has no browser");
  }
  const html = (await page.content()).replace(/<script\b[^>]*>.*?<\/script>/gis, "");
  const isDark = await page.evaluate(() => matchMedia("(prefers-color-scheme: dark)").matches);
  const context = await browser.newContext({
    colorScheme: isDark ? "dark" : "light",
    javaScriptEnabled: true,
    viewport: page.viewportSize(),
  });
  try {
    const copy = await context.newPage();
    await copy.route(page.url(), (route) => route.fulfill({ body: html, contentType: "text/html; charset=utf-8" }));
    await copy.goto(page.url());
    return await faultsOf(copy);
  } finally {
    await context.close();
  }
}
