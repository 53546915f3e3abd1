// Accessibility by axe: WCAG 2.2 AA and axe's best practices, no exceptions.
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, type Page, expect } from "@playwright/test";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Fails with one line for each fault: the rule, what it means, and the elements. */
export async function expectAccessible(page: Page, scripts: boolean): Promise<void> {
  const faults = scripts ? await faultsOf(page) : await faultsOfCopy(page);
  expect(faults, `axe on ${page.url()}`).toEqual([]);
}

/** What axe only asks somebody to look at, and is a fault here: a label or a description that points at an id of two elements. */
const TO_REVIEW = ["duplicate-id-aria"];

async function faultsOf(page: Page): Promise<string[]> {
  // Without frames of other origins axe needs no second page to put its findings together, and only faults are read:
  // that saves half its time. (`options` first: it replaces the tags.) Of what is to be reviewed one element is named.
  const { violations, incomplete } = await new AxeBuilder({ page })
    .options({ resultTypes: ["violations"] })
    .withTags(TAGS)
    .setLegacyMode()
    .analyze();
  const faults = [...violations, ...incomplete.filter(({ id }) => TO_REVIEW.includes(id))].map(
    ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.target.join(" ")).join(" | ")}`,
  );
  const twice = await idsUsedTwice(page);
  return twice.length === 0 ? faults : [...faults, `ids used twice: ${twice.join(", ")}`];
}

/** Ids that more than one element of the document has, pointed at or not: axe looks at none that nothing points at. */
async function idsUsedTwice(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    const ids = Array.from(document.querySelectorAll("[id]"), (element) => element.getAttribute("id") ?? "");
    return [...new Set(ids.filter((id, place) => ids.indexOf(id) !== place))];
  });
}

/**
 * The same where scripts are off: axe is a script itself and would wait for ever. It looks at a copy of the page, at the
 * same address and in the same colours, from which the page's own scripts were taken.
 */
async function faultsOfCopy(page: Page): Promise<string[]> {
  const html = (await page.content()).replace(/<script\b[^>]*>.*?<\/script>/gis, "");
  const isDark = await page.evaluate(() => matchMedia("(prefers-color-scheme: dark)").matches);
  const size = page.viewportSize();
  const copy = await copyPage(page.context().browser());
  await copy.emulateMedia({ colorScheme: isDark ? "dark" : "light" });
  if (size) {
    await copy.setViewportSize(size);
  }
  // No request has the part behind `#`: with it the server would be asked, which shows this browser its sign-in page.
  const address = page.url().replace(/#.*$/s, "");
  const isIt = (url: URL): boolean => url.href === address;
  let isShown = false;
  await copy.route(isIt, (route) => {
    isShown = true;
    return route.fulfill({ body: html, contentType: "text/html; charset=utf-8" });
  });
  await copy.goto(address);
  const faults = await faultsOf(copy);
  await copy.unroute(isIt);
  expect(isShown, `a copy of ${address} was looked at`).toBe(true);
  return faults;
}

/** One page with scripts for all copies of a browser: a new one for each would take longer than axe itself. */
const copies = new WeakMap<Browser, Page>();

async function copyPage(browser: Browser | null): Promise<Page> {
  if (!browser) {
    throw new Error("the page has no browser");
  }
  const known = copies.get(browser);
  if (known) {
    return known;
  }
  const context = await browser.newContext({ javaScriptEnabled: true, locale: "en-GB", timezoneId: "Europe/London" });
  const page = await context.newPage();
  copies.set(browser, page);
  return page;
}
