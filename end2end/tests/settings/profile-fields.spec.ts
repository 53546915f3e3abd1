// Profile fields: what profiles hold beside the usual fields, and what the data mapping says of values that do not fit.
import { chooseGroup, connectedCustomer, newCustomer, testSync } from "../support/customer.ts";
import { expect, test } from "../support/fixtures.ts";

test.describe("profile fields", () => {
  test("are added, refused beside their inputs, changed and removed", async ({
    page, demo, visit, signIn, alive, accessible,
  }) => {
    const base = await newCustomer({ page, demo, visit, signIn, alive }, "Own fields");
    await visit(`${base}/profile-fields`);
    await expect(page.getByRole("row", { name: /Job title/ })).toContainText("Every profile has it");
    await accessible();
    await page.getByLabel("Title").fill("Job title");
    await page.getByLabel("Holds").selectOption("Choice of one option");
    await page.getByRole("button", { name: "Add the field" }).click();
    await expect(page.getByRole("alert")).toContainText("There is a field Job title already");
    await expect(page.getByRole("alert")).toContainText("Type the options, one on each line.");
    await expect(page.getByLabel("Title")).toHaveValue("Job title");
    await alive();
    await accessible();
    await page.getByLabel("Title").fill("Office");
    await page.getByLabel("Key (optional)").fill("");
    await page.getByLabel("Options").fill("Berlin\nLeeds");
    await page.getByRole("button", { name: "Add the field" }).click();
    await expect(page.getByText("The field is saved.")).toBeVisible();
    await alive();
    const row = page.getByRole("row", { name: /Office/ });
    await expect(row).toContainText("Berlin, Leeds");
    await expect(page.getByLabel("Title")).toHaveValue("");
    await row.getByRole("link", { name: "Change Office" }).click();
    await alive();
    await page.getByLabel("Options").fill("Berlin\nLeeds\nOslo");
    await page.getByRole("button", { name: "Save the field" }).click();
    await expect(row).toContainText("Berlin, Leeds, Oslo");
    await alive();
    await accessible();
    await row.getByRole("button", { name: "Remove Office" }).click();
    await expect(page.getByText("The field is removed.")).toBeVisible();
    await expect(row).toHaveCount(0);
  });

  test("are filled by the data mapping, which names the values that are no option (B-03, B-04)", async ({
    page, demo, visit, signIn, alive, accessible,
  }) => {
    test.slow();
    const hands = { page, demo, visit, signIn, alive };
    const base = await connectedCustomer(hands, "Fitted values");
    await chooseGroup(hands, base, "Intranet users");
    await testSync(hands, base);
    await visit(`${base}/profile-fields`);
    await page.getByLabel("Title").fill("Unit");
    await page.getByLabel("Holds").selectOption("Choice of one option");
    await page.getByLabel("Options").fill("No such department");
    await page.getByRole("button", { name: "Add the field" }).click();
    await expect(page.getByText("The field is saved.")).toBeVisible();
    await alive();
    await page.getByRole("link", { name: "Back to the data mapping" }).click();
    await alive();
    await page.getByRole("button", { name: "Add a row" }).click();
    await page.getByLabel("Directory attribute for Unit").fill("department");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("Saved. The next run uses it.")).toBeVisible();
    await alive();
    const row = page.getByRole("row").filter({ has: page.getByLabel("Directory attribute for Unit") });
    await expect(row).toContainText("stays as it is");
    await expect(row).toContainText(/Unit takes one of its options\. That is not so for \d+ of \d+ people looked at/);
    await accessible();
    await visit(`${base}/profile-fields`);
    await page.getByRole("button", { name: "Remove Unit" }).click();
    await expect(page.getByText("Unit is filled from department. Remove that row of the data mapping first.")).toBeVisible();
    await alive();
    await accessible();
  });
});
