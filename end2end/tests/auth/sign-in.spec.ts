// Getting in and out: nothing typed is lost, nobody is sent elsewhere, and the session really ends.
import { expect, test } from "../support/fixtures.ts";

test.describe("signing in", () => {
  test.describe("with a wrong password", () => {
    test("says so once, keeps the address, and stays on a clean page", async ({ page, demo, visit, alive, accessible }) => {
      const account = demo.account("customer_admin");
      await visit("/sign-in");
      await page.getByLabel("E-mail address").fill(account.email);
      await page.getByLabel("Password").fill("not the password");
      await page.getByRole("button", { name: "Sign in" }).click();
      const alert = page.getByRole("alert");
      await expect(alert).toContainText("The e-mail address or the password is not right.");
      await alive();
      await expect(page.getByLabel("E-mail address")).toHaveValue(account.email);
      await expect(page.getByLabel("Password")).toHaveValue("");
      expect(new URL(page.url()).search, "no error travels in the address").toBe("");
      await accessible();
      // The message belongs to the attempt: a reload does not repeat it.
      await page.reload();
      await expect(alert).toHaveCount(0);
    });
  });

  test("leads to the page that was asked for", async ({ page, demo, visit, alive }) => {
    const account = demo.account("customer_admin");
    const wanted = `/c/${account.customer}/provider?provider=okta`;
    await visit(wanted);
    await expect(page).toHaveURL(/\/sign-in\?next=/);
    await page.getByLabel("E-mail address").fill(account.email);
    await page.getByLabel("Password").fill(account.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page).toHaveURL(demo.url + wanted);
    await alive();
    await expect(page.getByRole("heading", { level: 1, name: "Provider" })).toBeVisible();
  });

  for (const next of ["//evil.example/", "https://evil.example/", "/\\evil.example"]) {
    test(`never leads to another site: ${next}`, async ({ page, demo, visit }) => {
      const account = demo.account("staff");
      await visit(`/sign-in?next=${encodeURIComponent(next)}`);
      await page.getByLabel("E-mail address").fill(account.email);
      await page.getByLabel("Password").fill(account.password);
      await page.getByRole("button", { name: "Sign in" }).click();
      await expect(page.getByRole("heading", { level: 1, name: "Deployments" })).toBeVisible();
      await expect(page).toHaveURL(`${demo.url}/`);
    });
  }

  test("is not offered to somebody who is signed in", async ({ page, demo, signIn, visit }) => {
    await signIn("staff");
    await visit("/sign-in");
    await expect(page).toHaveURL(`${demo.url}/`);
  });

  test("is where the welcome page leads as soon as anybody exists", async ({ page, visit }) => {
    await visit("/welcome");
    await expect(page).toHaveURL(/\/sign-in$/);
  });
});

test.describe("signing out", () => {
  test("ends the session for every page", async ({ page, demo, signIn, visit, alive }) => {
    const account = demo.account("customer_admin");
    await signIn(account);
    await page.locator(".menu summary").click();
    await expect(page.getByText(account.email)).toBeVisible();
    await page.getByRole("button", { name: "Sign out" }).click();
    await expect(page).toHaveURL(/\/sign-in$/);
    await alive();
    await visit(`/c/${account.customer}`);
    await expect(page).toHaveURL(/\/sign-in\?next=/);
  });
});
