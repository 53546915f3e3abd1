// The first page anybody sees. If this fails, look at the build before you look at the page.
import { expect, test } from "../support/fixtures.ts";

test.describe("the sign-in page", () => {
  test("loads, hydrates and is accessible in both colour schemes", async ({ page, visit, accessible }) => {
    await visit("/sign-in");
    await expect(page).toHaveTitle(/User Sync/);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(page.getByRole("button", { name: "Sign in" })).toBeEnabled();
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await accessible();
    }
  });

  test("has its styles", async ({ page, visit }) => {
    await visit("/sign-in");
    const sheets = await page.locator("link[rel=stylesheet]").count();
    expect(sheets).toBeGreaterThan(0);
    // A page without its style sheet has the browser's own margin.
    await expect(page.locator("body")).toHaveCSS("margin-top", "0px");
  });

  test("sends strangers here from any page", async ({ page, visit }) => {
    await visit("/c/contoso/people");
    await expect(page).toHaveURL(/\/sign-in/);
  });

  test("lets a demo account in", async ({ page, signIn, accessible }) => {
    await signIn("staff");
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await accessible();
  });
});
