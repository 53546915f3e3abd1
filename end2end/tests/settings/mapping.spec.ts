// Data mapping and safety limits: rows come and go, errors stand beside their field, nothing typed is lost.
import { connectedCustomer } from "../support/customer.ts";
import { expect, test } from "../support/fixtures.ts";

test.describe("data mapping", () => {
  test("removes, adds and saves rows, with and without scripts", async ({ page, demo, visit, signIn, alive, accessible }) => {
    const base = await connectedCustomer({ page, demo, visit, signIn, alive }, "Rows");
    await visit(`${base}/data-mapping`);
    await expect(page.getByRole("button", { name: "Remove the row for First name" })).toHaveCount(0);
    await accessible();
    await page.getByLabel("Directory attribute for First name").fill("displayName");
    await page.getByRole("button", { name: "Remove the row for Department" }).click();
    await expect(page.getByLabel("Directory attribute for Department")).toHaveCount(0);
    // What was typed in another row is still there.
    await expect(page.getByLabel("Directory attribute for First name")).toHaveValue("displayName");
    await page.getByRole("button", { name: "Add a row" }).click();
    await expect(page.getByLabel("Directory attribute for Department")).toHaveValue("");
    await page.getByLabel("Directory attribute for Department").fill("companyName");
    await page.getByLabel("When the attribute for Department is empty").selectOption("clear");
    await accessible();
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("Saved. The next run uses it.")).toBeVisible();
    await visit(`${base}/data-mapping`);
    await expect(page.getByLabel("Directory attribute for First name")).toHaveValue("displayName");
    await expect(page.getByLabel("Directory attribute for Department")).toHaveValue("companyName");
    await expect(page.getByLabel("When the attribute for Department is empty")).toHaveValue("clear");
  });

  test("keeps the switches as they were saved", async ({ page, demo, visit, signIn, alive }) => {
    const base = await connectedCustomer({ page, demo, visit, signIn, alive }, "Switches");
    await visit(`${base}/data-mapping`);
    await page.getByLabel("Usernames follow the directory").check();
    await page.getByLabel("Take over the manager").uncheck();
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("Saved. The next run uses it.")).toBeVisible();
    await visit(`${base}/data-mapping`);
    await expect(page.getByLabel("Usernames follow the directory")).toBeChecked();
    await expect(page.getByLabel("Take over the manager")).not.toBeChecked();
  });

  test.describe("with an attribute that cannot be", () => {
    test.use({ expectedConsole: [/status of 422/] });

    test("says so beside the field and loses nothing that was typed", async ({ page, demo, visit, signIn, alive, accessible }) => {
      const base = await connectedCustomer({ page, demo, visit, signIn, alive }, "Impossible");
      await visit(`${base}/data-mapping`);
      await page.getByLabel("Directory attribute", { exact: true }).fill("user name?");
      await page.getByLabel("Directory attribute for Surname").fill("");
      await page.getByLabel("Directory attribute for Telephone").fill("mobilePhone");
      await page.getByRole("button", { name: "Save" }).click();
      const alert = page.getByRole("alert");
      await expect(alert).toContainText("2 things need a correction");
      await expect(alert).toBeFocused();
      await expect(page.getByLabel("Directory attribute", { exact: true })).toHaveValue("user name?");
      await expect(page.getByLabel("Directory attribute", { exact: true })).toHaveAttribute("aria-invalid", "true");
      await expect(page.getByLabel("Directory attribute for Surname")).toHaveAttribute("aria-invalid", "true");
      await expect(page.getByLabel("Directory attribute for Telephone")).toHaveValue("mobilePhone");
      await accessible();
    });
  });
});

test.describe("safety limits", () => {
  test("are saved and shown with what they mean (S-01)", async ({ page, demo, visit, signIn, alive, accessible }) => {
    const base = await connectedCustomer({ page, demo, visit, signIn, alive }, "Limits");
    await visit(`${base}/limits`);
    await expect(page.getByLabel("People", { exact: true })).toHaveValue("20");
    await page.getByLabel("People", { exact: true }).fill("30");
    await page.getByLabel("Per cent of active synchronised people").fill("10 %");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("Saved. The next run uses it.")).toBeVisible();
    await expect(page.getByText("30 of 100, 100 of 1,000 or 1,000 of 10,000")).toBeVisible();
    await accessible();
  });

  test.describe("that are no numbers", () => {
    test.use({ expectedConsole: [/status of 422/] });

    test("are kept as typed, with the correction beside them", async ({ page, demo, visit, signIn, alive, accessible }) => {
      const base = await connectedCustomer({ page, demo, visit, signIn, alive }, "No numbers");
      await visit(`${base}/limits`);
      await page.getByLabel("People", { exact: true }).fill("a few");
      await page.getByLabel("Per cent of active synchronised people").fill("101");
      await page.getByRole("button", { name: "Save" }).click();
      await expect(page.getByRole("alert")).toContainText("2 things need a correction");
      await expect(page.getByLabel("People", { exact: true })).toHaveValue("a few");
      await expect(page.getByLabel("Per cent of active synchronised people")).toHaveValue("101");
      await accessible();
    });
  });
});
