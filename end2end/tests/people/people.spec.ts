// People: the list with its filters in the address, and one person with the reasons of their changes.
import { brandNew, chooseGroup, connectedCustomer, newCustomer, runEnded, runTo } from "../support/customer.ts";
import { expect, test } from "../support/fixtures.ts";

test.describe("people", () => {
  test("are nobody at first", async ({ page, demo, visit, signIn, alive, accessible }) => {
    const base = await newCustomer({ page, demo, visit, signIn, alive }, "Nobody");
    await visit(`${base}/people`);
    await expect(page.getByText("Nobody is here yet")).toBeVisible();
    await accessible();
  });

  test("somebody who does not exist is not found", async ({ page, demo, visit, signIn, alive }) => {
    const base = await newCustomer({ page, demo, visit, signIn, alive }, "Nowhere");
    for (const id of ["018f0000-0000-7000-8000-000000000000", "anna"]) {
      const response = await page.request.get(`${base}/people/${id}`);
      expect(response.status()).toBe(404);
    }
  });

  test("are searched, narrowed and paged by the address", async ({ page, demo, visit, signIn, accessible }) => {
    const admin = demo.account("customer_admin");
    await signIn("customer_admin");
    const base = `/c/${admin.customer}`;
    await visit(`${base}/people?directory=local`);
    const rows = page.getByRole("region", { name: "Accounts" }).getByRole("row");
    expect(await rows.count()).toBeGreaterThan(2);
    await accessible();
    await page.getByLabel("Name, username or e-mail").fill("kiosk");
    await page.getByRole("button", { name: "Show" }).click();
    await expect(page).toHaveURL(/search=kiosk/);
    await expect(page).toHaveURL(/directory=local/);
    await expect(rows).toHaveCount(2);
    await expect(rows.nth(1)).toContainText("kiosk.reception");
    await page.getByLabel("Name, username or e-mail").fill("nobody has this name");
    await page.getByRole("button", { name: "Show" }).click();
    await expect(page.getByText("Nobody fits these filters.")).toBeVisible();
    await page.getByRole("link", { name: "Show all" }).click();
    await expect(page).toHaveURL(/\/people$/);
    expect(await rows.count()).toBeGreaterThan(2);
  });

  test("a local account says that the sync does not touch it", async ({ page, demo, visit, signIn, accessible }) => {
    const admin = demo.account("customer_admin");
    await signIn("customer_admin");
    await visit(`/c/${admin.customer}/people?search=kiosk`);
    await page.getByRole("row").nth(1).getByRole("link").click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Reception Kiosk");
    await expect(page.getByText("Not linked to a directory object.")).toBeVisible();
    await expect(page.getByText("Neither a sync nor the directory migration has changed this account.")).toBeVisible();
    await accessible();
  });

  test("a synchronised person shows account, link, snapshot and why they changed", async ({
    page, demo, visit, signIn, alive, accessible,
  }) => {
    test.slow();
    const hands = { page, demo, visit, signIn, alive };
    const base = await connectedCustomer(hands, "Somebody");
    await chooseGroup(hands, base, "Intranet users");
    await brandNew(hands, base);
    const run = await runTo(hands, base, "Run now", /is held for your decision/);
    await visit(run);
    await page.getByRole("button", { name: /^Accept and apply/ }).click();
    await runEnded(page, /is complete/);

    await visit(`${base}/people?directory=synced`);
    await accessible();
    await page.getByRole("link", { name: "Next page" }).click();
    await expect(page).toHaveURL(/after=/);
    await expect(page.getByRole("link", { name: "Back to the start" })).toBeVisible();

    await page.getByRole("region", { name: "Accounts" }).getByRole("row").nth(1).getByRole("link").click();
    await expect(page).toHaveURL(/\/people\/[0-9a-f-]{36}$/);
    await expect(page.getByText("Directory object ID", { exact: true })).toBeVisible();
    await expect(page.getByText("userPrincipalName")).toBeVisible();
    const history = page.getByRole("region", { name: "Why did they change?" });
    await expect(history.getByText("Created", { exact: true })).toBeVisible();
    await expect(history.getByRole("link", { name: /^Run \d+$/ })).toHaveAttribute("href", run);
    await accessible();
  });
});
