// The staff's list, a new customer, and who may see whose page.
import { type Page } from "@playwright/test";

import { expect, test } from "../support/fixtures.ts";

async function openForm(page: Page): Promise<void> {
  await page.getByRole("heading", { name: "Add a customer" }).click();
}

test.describe("the board of deployments", () => {
  test("says first what waits, then who", async ({ page, signIn, accessible }) => {
    await signIn("staff");
    await expect(page.getByRole("heading", { level: 1, name: "Deployments" })).toBeVisible();
    await expect(page.locator(".verdict")).toBeVisible();
    const row = page.getByRole("row", { name: /Contoso Ltd/ });
    await expect(row.getByRole("link", { name: "Contoso Ltd", exact: true })).toHaveAttribute("href", "/c/contoso");
    await expect(row).toContainText("Our turn");
    await expect(row).toContainText("Login Handler, since");
    await accessible();
  });

  test("is searched in the address", async ({ page, signIn, alive, accessible }) => {
    await signIn("staff");
    await page.getByRole("searchbox").fill("fabri");
    await page.getByRole("button", { name: "Show" }).click();
    await expect(page).toHaveURL(/\?search=fabri&/);
    await expect(page.getByRole("row", { name: /Fabrikam/ })).toBeVisible();
    await expect(page.getByRole("row", { name: /Contoso/ })).toHaveCount(0);
    await page.getByRole("searchbox").fill("nobody is called this");
    await page.getByRole("button", { name: "Show" }).click();
    await expect(page.getByRole("heading", { name: "No deployment fits these filters" })).toBeVisible();
    await alive();
    await accessible();
    await page.getByRole("link", { name: "Show all" }).first().click();
    await expect(page.getByRole("row", { name: /Contoso/ })).toBeVisible();
    await page.getByLabel("Show").selectOption({ label: "The customer's turn" });
    await page.getByRole("button", { name: "Show" }).click();
    await expect(page).toHaveURL(/show=theirs/);
    await expect(page.getByRole("row", { name: /Contoso/ })).toContainText("Their turn, too");
    await page.getByLabel("Show").selectOption({ label: "Finished" });
    await page.getByRole("button", { name: "Show" }).click();
    await expect(page).toHaveURL(/show=done/);
    await expect(page.getByRole("row", { name: /Contoso/ })).toHaveCount(0);
  });

  test.describe("with a name in addresses that is taken", () => {
    test.use({ expectedConsole: [/status of 422/] });

    test("keeps what was typed and says what to correct", async ({ page, signIn, accessible }) => {
      await signIn("staff");
      await openForm(page);
      await page.getByLabel("Name", { exact: true }).fill("Another Contoso");
      await page.getByLabel("Name in addresses").fill("contoso");
      await page.getByRole("button", { name: "Add the customer" }).click();
      await expect(page.getByRole("alert")).toContainText("One thing needs a correction");
      await expect(page.getByRole("alert")).toBeFocused();
      await expect(page.getByLabel("Name", { exact: true })).toHaveValue("Another Contoso");
      await expect(page.getByLabel("Name in addresses")).toHaveValue("contoso");
      await expect(page.getByLabel("Name in addresses")).toHaveAttribute("aria-invalid", "true");
      await accessible();
    });
  });

  test("takes a new customer, and opens its page", async ({ page, signIn, alive, accessible }) => {
    await signIn("staff");
    await openForm(page);
    await page.getByLabel("Name", { exact: true }).fill("Tailspin Toys & Co");
    await page.getByRole("button", { name: "Add the customer" }).click();
    await expect(page).toHaveURL(/\/c\/tailspin-toys-co$/);
    await alive();
    await expect(page.getByRole("heading", { level: 1, name: "Tailspin Toys & Co" })).toBeVisible();
    await expect(page.locator(".tasks").getByRole("link", { name: "Connect the provider" })).toBeVisible();
    await accessible();
  });
});

test.describe("a customer's admin", () => {
  test("comes straight to their own page", async ({ page, demo, signIn, accessible }) => {
    const account = demo.account("customer_admin");
    await signIn(account);
    await expect(page).toHaveURL(`${demo.url}/c/${account.customer}`);
    await expect(page.locator(".verdict")).toBeVisible();
    await expect(page.getByRole("link", { name: "Deployments" })).toHaveCount(0);
    await accessible();
  });

  test("reaches every step by the rail", async ({ page, demo, signIn, alive }) => {
    const account = demo.account("customer_admin");
    await signIn(account);
    const rail = page.getByRole("navigation", { name: "Customer" });
    for (const [link, path] of [
      [/Login Handler/, "login-handler"],
      [/Local admin/, "local-admin"],
      [/User sync module/, "module"],
      [/Provider/, "provider"],
      [/Test sync/, "test-sync"],
      [/Existing users/, "existing"],
      [/User mapping/, "user-mapping"],
      [/Migration/, "migration"],
      [/Security groups/, "groups"],
      [/Data mapping/, "data-mapping"],
      [/Group sync/, "group-sync"],
      [/First run/, "first-run"],
      [/Schedule/, "schedule"],
      [/Single sign-on/, "sso"],
      [/Sign-in check/, "sign-in-check"],
      [/Safety limits/, "limits"],
      [/Runs/, "runs"],
      [/People/, "people"],
      [/Audit log/, "audit"],
    ] as const) {
      await rail.getByRole("link", { name: link }).click();
      await expect(page).toHaveURL(`${demo.url}/c/${account.customer}/${path}`);
      await alive();
      await expect(rail.locator("[aria-current=page]")).toHaveText(link);
      await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
    }
  });

  test.describe("at somebody else's address", () => {
    test.use({ expectedConsole: [/status of 404/] });

    test("finds nothing, and does not learn who exists", async ({ page, signIn, visit, accessible }) => {
      await signIn("customer_admin");
      const texts: string[] = [];
      for (const path of ["/c/fabrikam", "/c/there-is-no-such-customer"]) {
        await visit(path, 404);
        texts.push(await page.locator("main").innerText());
        await expect(page.getByRole("heading", { level: 1, name: "There is nothing here" })).toBeVisible();
      }
      expect(texts[0]).toBe(texts[1]);
      await accessible();
    });

    test("an unknown page is a page, with the status 404", async ({ visit, page, accessible }) => {
      await visit("/no/such/page", 404);
      await expect(page.getByRole("heading", { level: 1, name: "There is nothing here" })).toBeVisible();
      await accessible();
    });
  });
});

test.describe("a viewer", () => {
  test("is offered nothing that is not theirs to do", async ({ page, demo, signIn, visit, accessible }) => {
    const viewer = demo.account("viewer");
    await signIn(viewer);
    await expect(page.getByRole("heading", { name: /^Tasks of Contoso/ })).toBeVisible();
    await expect(page.getByRole("heading", { name: "Your tasks" })).toHaveCount(0);
    const rail = page.getByRole("navigation", { name: "Customer" });
    await expect(rail.getByRole("link", { name: "Team", exact: true })).toBeVisible();
    await expect(rail.getByRole("link", { name: "Audit log" })).toHaveCount(0);
    await accessible();
    for (const path of ["limits", "schedule", "test-sync"]) {
      await visit(`/c/${viewer.customer}/${path}`);
      await expect(page.getByRole("link", { name: "Connect a directory" })).toHaveCount(0);
    }
  });
});
