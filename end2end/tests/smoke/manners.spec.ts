// What every page does better with scripts (app/src/browser.rs).
import { expect, test } from "../support/fixtures.ts";

test.describe("with scripts, every page", () => {
  test.beforeEach(({ scripts }) => test.skip(!scripts, "these are the scripts"));

  test("copies a value by one click", async ({ page, context, demo, signIn, visit }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const admin = demo.account("customer_admin");
    await signIn(admin);
    await visit(`/c/${admin.customer}/provider?provider=entra`);
    const button = page.getByRole("button", { name: "Copy User.Read.All" });
    await button.click();
    await expect(button).toHaveText("Copied");
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("User.Read.All");
  });

  test("sends a form once, says that it is on its way, and is ready again after Back", async ({ page, demo, signIn, visit, alive }) => {
    const admin = demo.account("customer_admin");
    await signIn(admin);
    await visit(`/c/${admin.customer}/provider`);
    let posts = 0;
    await page.route("**/api/auth/sign-out", async (route) => {
      posts += 1;
      await new Promise((resolve) => setTimeout(resolve, 700));
      await route.continue();
    });
    await page.getByRole("banner").locator("summary").click();
    const button = page.getByRole("button", { name: "Sign out" });
    await button.dblclick({ noWaitAfter: true });
    await expect(page).toHaveURL(/sign-in/);
    expect(posts, "a double click is one form").toBe(1);
    await alive();
    await page.getByLabel("E-mail address").fill("nobody@contoso.example");
    await page.getByLabel("Password").fill("not the password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("alert")).toBeVisible();
    await page.goBack();
    await alive();
    await expect(page.getByRole("button", { name: "Sign in" })).toBeEnabled();
    await expect(page.locator("button.pending")).toHaveCount(0);
  });

  test("asks the same question twice", async ({ page, demo, signIn, visit }) => {
    const admin = demo.account("customer_admin");
    await signIn(admin);
    await visit(`/c/${admin.customer}/people`);
    for (const _ of [1, 2]) {
      await page.getByLabel("Name, username or e-mail").fill("nobody of this name");
      await page.getByRole("button", { name: "Show", exact: true }).click();
      await expect(page.getByText("Nobody fits these filters.")).toBeVisible();
    }
    await expect(page.locator("button.pending")).toHaveCount(0);
  });
});
