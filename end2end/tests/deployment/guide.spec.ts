// The guide: one task list that two sides share. A brand-new customer goes from nothing to a schedule that is on.
import {
  brandNew, chooseGroup, connectedCustomer, newCustomer, recordConfiguration, recordStaffSteps, runEnded, runTo, task,
} from "../support/customer.ts";
import { expect, test } from "../support/fixtures.ts";

test.describe("the guide", () => {
  test("begins with whose turn it is and why the rest cannot start", async ({
    page, demo, visit, signIn, alive, accessible,
  }) => {
    const base = await newCustomer({ page, demo, visit, signIn, alive }, "Guide begins");
    await expect(page.locator(".verdict")).toContainText("0 of 17 steps are done.");
    await expect(task(page, "Login Handler")).toContainText("Your task");
    await expect(task(page, "Connect the provider")).toContainText("Waiting for Guide begins");
    await expect(task(page, "Test sync")).toContainText("Cannot start yet: the connection test has not passed.");
    await expect(task(page, "User mapping")).toContainText("it is open whether there is a user directory already");
    await accessible();
    // A step that cannot start yet still has its page, which says what it waits for.
    await task(page, "Directory migration").getByRole("link").click();
    await expect(page).toHaveURL(`${demo.url}${base}/migration`);
    await alive();
    await expect(page.locator(".verdict")).toContainText("Cannot start yet: the Login Handler is not recorded as present.");
    await accessible();
  });

  test("takes statements with evidence, keeps what was typed, and takes them back", async ({
    page, demo, visit, signIn, alive, accessible,
  }) => {
    const base = await newCustomer({ page, demo, visit, signIn, alive }, "Statements");
    await visit(`${base}/login-handler`);
    await page.getByLabel("Done on").fill("2026-01-15");
    await page.getByRole("button", { name: "Record as present" }).click();
    await expect(page.getByRole("alert")).toContainText("Say how one can see it");
    await expect(page.getByLabel("Done on")).toHaveValue("2026-01-15");
    await accessible();
    await page.getByLabel("Evidence").fill("Version 9.4 </textarea><b>tried by Sam</b>");
    await page.getByRole("button", { name: "Record as present" }).click();
    await expect(page.getByText("It is on record.")).toBeVisible();
    await alive();
    const record = page.getByRole("region", { name: "On record" });
    await expect(record).toContainText("Day of the work: 15 January 2026");
    await expect(record).toContainText("Version 9.4 </textarea><b>tried by Sam</b>");
    await expect(page.locator(".step-state")).toContainText("Done");
    await accessible();
    await page.getByRole("heading", { name: "It is not done after all" }).click();
    await page.getByRole("button", { name: "Take this back" }).click();
    await expect(page.getByRole("alert")).toContainText("Say why, for those who relied on it.");
    await alive();
    await accessible();
    await page.getByLabel("Why").fill("The version was another customer's.");
    await page.getByRole("button", { name: "Take this back" }).click();
    await expect(page.locator(".step-state")).toContainText("Your task again");
    await alive();
    await expect(record.getByRole("listitem")).toHaveCount(2);
  });

  test("lets both sides comment on a step", async ({ page, demo, visit, signIn, alive, accessible }) => {
    const admin = demo.account("customer_admin");
    await signIn(admin);
    await visit(`/c/${admin.customer}/module`);
    await page.getByLabel("Your comment").fill("Could it be\nnext Tuesday?");
    await page.getByRole("button", { name: "Add the comment" }).click();
    const comments = page.getByRole("region", { name: "Comments" });
    await expect(comments).toContainText("Could it be");
    await alive();
    await expect(comments.getByRole("listitem").last()).toContainText("Customer");
    await accessible();
    // The step is the other side's: nothing to record here.
    await expect(page.getByRole("button", { name: "Record as deployed" })).toHaveCount(0);
  });

  test("asks for a reason when somebody says brand new while people are there", async ({
    page, demo, visit, signIn, alive, accessible,
  }) => {
    const admin = demo.account("customer_admin");
    await signIn(admin);
    await visit(`/c/${admin.customer}/existing`);
    await expect(page.getByText("it looks as if there is a directory already")).toBeVisible();
    await page.getByLabel("No, the intranet is brand new").check();
    await page.getByRole("button", { name: "Save the answer" }).click();
    await expect(page.getByRole("alert")).toContainText("may give these people a second account");
    await expect(page.getByLabel("No, the intranet is brand new")).toBeChecked();
    await alive();
    await accessible();
    await page.getByLabel("Yes, people work here already").check();
    await page.getByRole("button", { name: "Save the answer" }).click();
    await expect(page.locator(".verdict")).toHaveText(/^Yes: \d+ accounts beside the local administrators\./);
    await alive();
    // With people to migrate nothing may write to People yet.
    await visit(`/c/${admin.customer}/first-run`);
    await expect(page.locator(".step-state")).toContainText("Cannot start yet");
  });

  test("refuses a run that writes until it is known that nobody is to be migrated, and shows the way", async ({
    page, demo, visit, signIn, alive, accessible,
  }) => {
    const hands = { page, demo, visit, signIn, alive };
    const base = await connectedCustomer(hands, "Too early");
    await chooseGroup(hands, base, "Intranet users");
    await visit(`${base}/runs`);
    await page.getByRole("button", { name: "Run now" }).click();
    await expect(page.getByText("This cannot be done yet: it is open whether there is a user directory already.")).toBeVisible();
    await accessible();
    await page.getByRole("link", { name: "Go to “Existing user directory?”" }).click();
    await expect(page).toHaveURL(`${demo.url}${base}/existing`);
  });

  test("leads a brand-new customer to a schedule that is on, and re-opens what a changed fact concerns", async ({
    page, demo, visit, signIn, alive, accessible,
  }) => {
    test.slow();
    const hands = { page, demo, visit, signIn, alive };
    const base = await connectedCustomer(hands, "Whole guide");
    await brandNew(hands, base);
    await chooseGroup(hands, base, "Intranet users");

    // P2: a local administrator is added and proves a sign-in.
    await visit(`${base}/local-admin`);
    await page.getByRole("heading", { name: "Add a local administrator" }).click();
    await page.getByLabel("Username").fill("break-glass");
    await page.getByLabel("Surname").fill("Glass");
    await page.getByRole("button", { name: "Add the administrator" }).click();
    await expect(page.getByRole("row", { name: /break-glass/ })).toBeVisible();
    await alive();
    await page.getByRole("button", { name: "break-glass has just signed in" }).click();
    await expect(page.locator(".step-state")).toContainText("Done");
    await alive();
    await accessible();

    await recordStaffSteps(hands, base);
    await runTo(hands, base, "Preview changes", /is complete/);
    await visit(`${base}/test-sync`);
    await page.getByRole("button", { name: "Start the test sync" }).click();
    await runEnded(page, /is complete/);
    await recordConfiguration(page, visit, base);

    // H-07: the schedule waits for the first run.
    await visit(`${base}/schedule`);
    await expect(page.getByText("“First run”: the first run is not accepted.")).toBeVisible();
    await expect(page.getByRole("button", { name: "Save and switch on" })).toHaveCount(0);
    await accessible();
    await visit(`${base}/first-run`);
    await page.getByRole("button", { name: "Run now" }).click();
    await runEnded(page, /is held for your decision/);
    await alive();
    await page.getByRole("button", { name: /^Accept and apply/ }).click();
    await runEnded(page, /is complete/);

    await visit(`${base}/schedule`);
    await page.getByLabel("At times of the day").check();
    await page.getByRole("textbox", { name: "Times" }).fill("07:00, 7:05");
    await page.getByRole("button", { name: "Save and switch on" }).click();
    await expect(page.getByRole("alert")).toContainText("Leave at least 15 minutes between two times.");
    await expect(page.getByRole("textbox", { name: "Times" })).toHaveValue("07:00, 7:05");
    await alive();
    await accessible();
    await page.getByRole("textbox", { name: "Times" }).fill("07:00, 19:30");
    await page.getByRole("button", { name: "Save and switch on" }).click();
    await expect(page.locator(".verdict")).toContainText("The schedule is on. At 07:00 and 19:30 on Monday");
    await alive();
    await expect(page.getByRole("region", { name: "Next runs" }).getByRole("listitem")).toHaveCount(3);
    await accessible();

    // A changed secret re-opens the connection, and holds what rests on it.
    await visit(`${base}/provider?provider=entra`);
    await page.getByLabel("Client secret: its Value").fill("another~secret~value~0123456789");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("Saved. The next test and the next run use these values.")).toBeVisible();
    await visit(base);
    await expect(task(page, "Connect Microsoft Entra ID")).toContainText("The values were changed after the last test that passed.");
    await expect(task(page, "Test sync")).toContainText("On hold: the connection test has not passed.");
    await expect(task(page, "Schedule")).toContainText("On hold");
    await accessible();
  });
});
