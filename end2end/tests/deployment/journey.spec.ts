// The whole way with two browsers side by side: staff invite a new customer admin, and both of them, each on their own
// side, take a brand-new customer from the invitation to a schedule that is on. Okta, and People is empty.
import { chooseGroup, newCustomer, recordConfiguration, recordStaffSteps, runEnded, task, testSync } from "../support/customer.ts";
import { expect, test } from "../support/fixtures.ts";
import { letterTo } from "../support/mail.ts";
import { otherBrowser, settled } from "../support/others.ts";

test("a brand-new customer goes from an invitation to a schedule that is on, and each side knows whose turn it is", async ({
  page, browser, demo, scripts, visit, signIn, alive, accessible,
}) => {
  test.slow();
  const name = `Journey ${scripts ? "with" : "without"} scripts`;
  const base = await newCustomer({ page, demo, visit, signIn, alive }, name);

  // Staff invite; the letter leads the admin in.
  const email = `ola-${scripts}@journey.example`;
  await visit(`${base}/team`);
  const form = page.getByRole("region", { name: "Invite somebody" });
  await form.getByLabel("E-mail address").fill(email);
  await form.getByLabel("Role").selectOption("Customer admin");
  await form.getByRole("button", { name: "Invite" }).click();
  const letter = await letterTo(page.request, demo, email, "You are invited");
  const link = /http\S+\/invitation\/\S+/.exec(letter.text)?.[0];
  const admin = await otherBrowser(browser, demo, scripts);
  const there = async (path: string): Promise<void> => {
    await admin.goto(path);
    await settled(admin, scripts);
  };
  await admin.goto(link!);
  await admin.getByLabel("Your name").fill("Ola Nordmann");
  await admin.getByLabel("Password").fill("correct horse battery staple");
  await admin.getByRole("button", { name: "Accept and sign in" }).click();
  await expect(admin.getByRole("heading", { level: 1, name })).toBeVisible();
  await expect(task(admin, "Login Handler")).toContainText("Waiting for the deployment team");
  await expect(task(admin, "Connect the provider")).toContainText("Your task");

  // Staff record their two; the admin's page says so.
  await recordStaffSteps({ page, demo, visit, signIn, alive }, base);
  await there(base);
  await expect(task(admin, "Login Handler")).toContainText("Done");

  // The admin: a local administrator, the connection, a test sync, brand new.
  await there(`${base}/local-admin`);
  await admin.getByRole("heading", { name: "Add a local administrator" }).click();
  await admin.getByLabel("Username").fill("break-glass");
  await admin.getByLabel("Surname").fill("Glass");
  await admin.getByRole("button", { name: "Add the administrator" }).click();
  await admin.getByRole("button", { name: "break-glass has just signed in" }).click();
  await expect(admin.locator(".step-state")).toContainText("Done");

  const okta = demo.provider("okta") as unknown as Record<string, string>;
  await there(`${base}/provider?provider=okta`);
  await admin.getByRole("radio", { name: /^API token/ }).check();
  await admin.getByLabel("Okta domain").fill(okta["domain"]!);
  await admin.getByLabel("API token", { exact: true }).fill(okta["api_token"]!);
  await admin.getByRole("button", { name: "Save" }).click();
  await expect(admin.getByText("Saved. The next test and the next run use these values.")).toBeVisible();
  await there(`${base}/provider?provider=okta`);
  await admin.getByRole("button", { name: "Test connection" }).click();
  await expect(admin.getByRole("region", { name: "Connection test" }).locator(".stage").nth(3)).toContainText("Passed");
  await there(`${base}/existing`);
  await admin.getByLabel("No, the intranet is brand new").check();
  await admin.getByRole("button", { name: "Save the answer" }).click();
  await expect(admin.getByText("Brand new: the sync makes everybody.").first()).toBeVisible();
  const theirs = { page: admin, demo, visit: there, signIn, alive };
  await chooseGroup(theirs, base, okta["scope_group"]!);
  await testSync(theirs, base);

  // The configuration: attributes, groups, the first run, the schedule.
  await recordConfiguration(admin, there, base);
  await there(`${base}/first-run`);
  await admin.getByRole("button", { name: "Run now" }).click();
  await runEnded(admin, /is held for your decision/);
  // Nobody was chosen, so the admin is told, in the inbox and by mail.
  await letterTo(page.request, demo, email, "is held for a decision");
  await settled(admin, scripts);
  await admin.getByRole("button", { name: /^Accept and apply/ }).click();
  await runEnded(admin, /is complete/);
  await there(`${base}/schedule`);
  await admin.getByLabel("At times of the day").check();
  await admin.getByRole("textbox", { name: "Times" }).fill("07:00, 19:30");
  await admin.getByRole("button", { name: "Save and switch on" }).click();
  await expect(admin.locator(".verdict")).toContainText("The schedule is on.");

  // Both sides see the same, and that it is the turn of the deployment team.
  await there(base);
  await expect(task(admin, "Schedule")).toContainText("Done");
  await expect(task(admin, "Single sign-on already")).toContainText("Waiting for the deployment team");
  await visit(base);
  await expect(task(page, "Schedule")).toContainText("Done");
  await expect(task(page, "Single sign-on already")).toContainText("Your task");
  await accessible();
  await admin.context().close();
});
