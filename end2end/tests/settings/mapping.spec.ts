// Data mapping and safety limits: rows come and go, errors stand beside their field, nothing typed is lost.
import { brandNew, chooseGroup, connectedCustomer, runEnded, runTo, testSync } from "../support/customer.ts";
import { expect, test } from "../support/fixtures.ts";
import { otherBrowser } from "../support/others.ts";

test.describe("data mapping", () => {
  test("cannot start before a test sync, and says so", async ({ page, demo, visit, signIn, alive, accessible }) => {
    const base = await connectedCustomer({ page, demo, visit, signIn, alive }, "Too early");
    await visit(`${base}/data-mapping`);
    await expect(page.getByText("Step 6.2", { exact: true })).toBeVisible();
    await expect(page.getByText(/Cannot start yet: .*Nothing can be changed here before/)).toBeVisible();
    await expect(page.getByRole("button", { name: "Save" })).toHaveCount(0);
    await expect(page.getByLabel("Directory attribute", { exact: true })).toBeDisabled();
    await expect(page.getByRole("link", { name: /Go to “Test sync”/ })).toHaveAttribute("href", `${base}/test-sync`);
    await accessible();
  });

  test("shows the values of a real person beside each row (B-03, B-09)", async ({ page, demo, visit, signIn, alive, accessible }) => {
    test.slow();
    const hands = { page, demo, visit, signIn, alive };
    const base = await connectedCustomer(hands, "Real people");
    await chooseGroup(hands, base, "Intranet users");
    await testSync(hands, base);
    await visit(`${base}/data-mapping`);
    const row = page.getByRole("row").filter({ has: page.getByLabel("Directory attribute for First name") });
    await expect(row).toContainText(/givenName: \S+/);
    await expect(row).toContainText(/Filled for (all|\d+ %)/);
    const attributes = page.locator("details", { hasText: "All attributes of the directory" });
    await page.getByRole("heading", { name: "All attributes of the directory" }).click();
    await expect(attributes.getByRole("row", { name: /^jobTitle/ })).toContainText(/Filled for everybody|Empty for \d+ %/);
    await expect(attributes.getByRole("row", { name: /^city/ })).toContainText(/Filled for everybody|Empty for \d+ %/);
    await expect(attributes).toContainText(/The others are of \d+ people looked at/);
    await accessible();
    // Another attribute, and another person, without losing what is typed.
    await page.getByLabel("Directory attribute for Job title").fill("department");
    await page.getByLabel("Directory attribute for Telephone").fill("mobilphone");
    await page.getByLabel("Somebody else").fill("a");
    await page.getByRole("button", { name: "Show values" }).click();
    await alive();
    await expect(page.getByLabel("Directory attribute for Job title")).toHaveValue("department");
    await expect(page.getByRole("row").filter({ has: page.getByLabel("Directory attribute for Job title") })).toContainText("department:");
    await expect(page.getByText("Did you mean “mobilePhone”?")).toBeVisible();
    const choice = page.getByRole("region", { name: "Try it with a real person" }).getByRole("listitem").nth(3);
    const name = (await choice.locator("b").textContent())!;
    await choice.getByRole("button").click();
    await alive();
    await expect(page.getByText(`Beside each row: the values of ${name}`)).toBeVisible();
    await expect(page.getByLabel("Directory attribute for Job title")).toHaveValue("department");
    await accessible();
  });

  test("shows a viewer the rows with the values of a person, and nothing to change", async ({
    page, browser, demo, scripts, visit, signIn, alive,
  }) => {
    test.slow();
    const hands = { page, demo, visit, signIn, alive };
    const base = await connectedCustomer(hands, "Looking only");
    await chooseGroup(hands, base, "Intranet users");
    await testSync(hands, base);
    await visit(`${base}/team`);
    const form = page.getByRole("region", { name: "Invite somebody" });
    await form.getByLabel("E-mail address").fill(`vera-${scripts}@looking.example`);
    await form.getByLabel("Role").selectOption("Viewer");
    await form.getByRole("button", { name: "Invite" }).click();
    const link = (await page.getByRole("status").locator("code").textContent())!;
    const vera = await otherBrowser(browser, demo, scripts);
    await vera.goto(link);
    await vera.getByLabel("Your name").fill("Vera Viewer");
    await vera.getByLabel("Password").fill("correct horse battery staple");
    await vera.getByRole("button", { name: "Accept and sign in" }).click();
    await expect(vera).not.toHaveURL(/invitation/);
    await vera.goto(`${base}/data-mapping`);
    await vera.getByLabel("Somebody else").fill("a");
    await vera.getByRole("button", { name: "Show values" }).click();
    await expect(vera).toHaveURL(/who=a/);
    const row = vera.getByRole("row").filter({ has: vera.getByLabel("Directory attribute for First name") });
    await expect(row).toContainText(/givenName: \S+/);
    await expect(vera.getByLabel("Directory attribute for First name")).toHaveValue("givenName");
    await expect(vera.getByLabel("Directory attribute for First name")).toBeDisabled();
    await vera.getByLabel("Somebody else").fill("nobody is called this");
    await vera.getByRole("button", { name: "Show values" }).click();
    await expect(vera.getByText("Nobody who was read has this in their name, username or e-mail address.")).toBeVisible();
    await vera.context().close();
  });

  test("asks before a change that touches people with accounts (B-14)", async ({ page, demo, visit, signIn, alive, accessible }) => {
    test.slow();
    const hands = { page, demo, visit, signIn, alive };
    const base = await connectedCustomer(hands, "After go-live");
    await chooseGroup(hands, base, "Intranet users");
    await testSync(hands, base);
    await brandNew(hands, base);
    await runTo(hands, base, "Run now", /is held for your decision/);
    await page.getByRole("button", { name: /^Accept and apply/ }).click();
    await runEnded(page, /is complete/);
    await visit(`${base}/data-mapping`);
    await page.getByLabel("Directory attribute for Job title").fill("department");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect(page.getByText(/[\d,]+ profiles will change, none of them will lose a value/)).toBeVisible();
    await expect(page.getByLabel("Directory attribute for Job title")).toHaveValue("department");
    await alive();
    await accessible();
    // Enter in the search looks for somebody, and saves nothing.
    await page.getByLabel("Somebody else").fill("a");
    await page.getByLabel("Somebody else").press("Enter");
    await expect(page).toHaveURL(/who=a/);
    await alive();
    await expect(page.getByText("Saved. The next run uses it.")).toHaveCount(0);
    await expect(page.getByLabel("Directory attribute for Job title")).toHaveValue("department");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("button", { name: "Save this data mapping" }).click();
    await expect(page.getByText("Saved. The next run uses it.")).toBeVisible();
    await visit(`${base}/data-mapping`);
    await expect(page.getByLabel("Directory attribute for Job title")).toHaveValue("department");
  });

  test("removes, adds and saves rows, with and without scripts", async ({ page, demo, visit, signIn, alive, accessible }) => {
    const hands = { page, demo, visit, signIn, alive };
    const base = await connectedCustomer(hands, "Rows");
    await testSync(hands, base);
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
    const hands = { page, demo, visit, signIn, alive };
    const base = await connectedCustomer(hands, "Switches");
    await testSync(hands, base);
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
      const hands = { page, demo, visit, signIn, alive };
    const base = await connectedCustomer(hands, "Impossible");
    await testSync(hands, base);
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

test.describe("data mapping with an attribute the directory does not have", () => {
  test.use({ expectedConsole: [/status of 422/] });

  test("names the row and what was meant (B-09), and a username that is not everybody's own (B-08)", async ({
    page, demo, visit, signIn, alive, accessible,
  }) => {
    const hands = { page, demo, visit, signIn, alive };
    const base = await connectedCustomer(hands, "Misspelt");
    await chooseGroup(hands, base, "Intranet users");
    await testSync(hands, base);
    await visit(`${base}/data-mapping`);
    await page.getByLabel("Directory attribute for Job title").fill("jobtitle");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect(page.getByRole("alert")).toContainText("Did you mean “jobTitle”?");
    await expect(page.getByLabel("Directory attribute for Job title")).toHaveAttribute("aria-invalid", "true");
    await alive();
    await page.getByLabel("Directory attribute for Job title").fill("jobTitle");
    await page.getByLabel("Directory attribute", { exact: true }).fill("department");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect(page.getByRole("alert")).toContainText("“department” cannot give usernames");
    await accessible();
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
