// The test sync: reads everything, writes nothing, shows what it found (H-12).
import { chooseGroup, connectedCustomer, newCustomer, runEnded } from "../support/customer.ts";
import { expect, test } from "../support/fixtures.ts";

test.describe("the test sync", () => {
  test("says what is needed first while no directory is connected", async ({ page, demo, visit, signIn, alive, accessible }) => {
    const base = await newCustomer({ page, demo, visit, signIn, alive }, "Unconnected");
    await visit(`${base}/test-sync`);
    await expect(page.getByRole("heading", { name: "A connection to Entra ID or Okta is needed first" })).toBeVisible();
    await expect(page.getByRole("button", { name: /test sync|test again/i })).toHaveCount(0);
    await expect(page.getByRole("link", { name: "Connect a directory" })).toHaveAttribute("href", `${base}/provider`);
    await accessible();
  });

  test("reads everybody before a security group is chosen, and says so", async ({ page, demo, visit, signIn, alive, accessible }) => {
    const base = await connectedCustomer({ page, demo, visit, signIn, alive }, "Nobody chosen");
    await visit(`${base}/test-sync`);
    await expect(page.getByText("No security group is chosen yet")).toBeVisible();
    await page.getByRole("button", { name: "Start the test sync" }).click();
    await runEnded(page, /is complete/);
    await visit(`${base}/test-sync`);
    await expect(page.locator(".verdict").first()).toContainText("nobody is in the security groups");
    await expect(page.getByRole("region", { name: "People found" }).getByRole("row").nth(1)).toBeVisible();
    await accessible();
  });

  test("finds people, shows real values and oddities, and leaves People empty", async ({
    page, demo, visit, signIn, alive, accessible,
  }) => {
    test.slow();
    const hands = { page, demo, visit, signIn, alive };
    const base = await connectedCustomer(hands, "Looking around");
    await chooseGroup(hands, base, "Intranet users");
    await visit(`${base}/test-sync`);
    await expect(page.getByText("No test sync yet")).toBeVisible();
    await accessible();
    await page.getByRole("button", { name: "Start the test sync" }).click();
    await expect(page).toHaveURL(new RegExp(`${base}/runs/1$`));
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(/is complete/, { timeout: 45_000 });

    await visit(`${base}/test-sync`);
    await expect(page.locator(".verdict")).toBeVisible();
    await expect(page.getByText("Nothing was written to People.", { exact: true })).toBeVisible();
    await expect(page.getByRole("list", { name: "Totals" }).getByRole("listitem").first()).toBeVisible();
    const samples = page.getByRole("region", { name: "Mapped attributes", exact: true });
    await expect(samples.getByRole("row", { name: /givenName/ })).toContainText(/Filled for everybody|Empty for \d+ %/);
    await expect(samples.getByRole("row", { name: /givenName/ }).locator(".examples li").first()).not.toBeEmpty();
    await expect(page.getByRole("region", { name: "Worth knowing" })).toBeVisible();
    const found = page.getByRole("region", { name: "People found" });
    expect(await found.getByRole("row").count()).toBeGreaterThan(10);
    await expect(found.getByRole("link", { name: "Download all people found as CSV" })).toHaveAttribute(
      "href", `${base}/found.csv`,
    );
    await accessible();

    await visit(`${base}/people?directory=synced`);
    await expect(page.getByText("Nobody fits these filters.")).toBeVisible();
  });

  test("lets a viewer look and not start", async ({ page, demo, visit, signIn, accessible }) => {
    const viewer = demo.account("viewer");
    await signIn("viewer");
    await visit(`/c/${viewer.customer}/test-sync`);
    await expect(page.getByRole("heading", { level: 1, name: "Test sync" })).toBeVisible();
    await expect(page.getByRole("button", { name: /test/i })).toHaveCount(0);
    await accessible();
  });
});
