// What must hold on every page: no sideways scrolling at 360 px and at 200 % zoom, a skip link, one heading, axe in
// both colour schemes, and a keyboard that reaches everything.
import { expect, test } from "../support/fixtures.ts";

const PAGES = ["", "/login-handler", "/local-admin", "/module", "/existing", "/user-mapping", "/first-run", "/schedule", "/sso",
  "/sign-in-check", "/provider", "/provider?provider=entra", "/provider?provider=okta", "/test-sync", "/groups",
  "/data-mapping", "/group-sync", "/limits", "/runs", "/people", "/contacts", "/audit", "/team"];
/** Pages that belong to no customer. */
const OWN = ["/account", "/inbox", "/forgot-password"];

test.describe("every page of a customer", () => {
  test("fits 360 px and 200 % zoom without sideways scrolling", async ({ page, demo, signIn, visit }) => {
    const account = demo.account("customer_admin");
    await signIn(account);
    for (const path of [...PAGES.map((page) => `/c/${account.customer}${page}`), ...OWN]) {
      await visit(path);
      // 200 % zoom of a 1280 px window is a window of 640 px.
      for (const width of [360, 640, 1280, 1920]) {
        await page.setViewportSize({ width, height: 900 });
        const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        expect(over, `${path} at ${width} px`).toBeLessThanOrEqual(0);
      }
    }
  });

  for (const colorScheme of ["light", "dark"] as const) {
    test(`is accessible in the ${colorScheme}`, async ({ page, demo, signIn, visit, accessible }) => {
      // Two dozen pages, each looked at whole: minutes on a busy machine.
      test.setTimeout(480_000);
      const account = demo.account("customer_admin");
      await signIn(account);
      // Colours that still move would be measured half-way.
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      for (const path of [...PAGES.map((page) => `/c/${account.customer}${page}`), ...OWN]) {
        await visit(path);
        await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
        await expect(page.getByRole("main")).toHaveCount(1);
        await accessible();
      }
    });
  }

  test("begins for the keyboard with a way past the rail", async ({ page, demo, signIn, visit }) => {
    const account = demo.account("customer_admin");
    await signIn(account);
    await visit(`/c/${account.customer}/provider?provider=entra`);
    await page.keyboard.press("Tab");
    const skip = page.getByRole("link", { name: "Skip to content" });
    await expect(skip).toBeFocused();
    await expect(skip).toBeInViewport();
    await page.keyboard.press("Enter");
    await expect(page.locator("#content")).toBeFocused();
    await page.keyboard.press("Tab");
    const inMain = await page.evaluate(() => document.querySelector("main")?.contains(document.activeElement));
    expect(inMain, "the next stop is inside the content").toBe(true);
  });
});
