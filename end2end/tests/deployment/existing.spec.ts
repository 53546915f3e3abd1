// An existing customer with two browsers side by side: Entra, and a People directory full of people who came from an old
// Active Directory. It goes as far as the user mapping, and nothing is written to People before.
import type { Page } from "@playwright/test";

import { expectAccessible as accessibleThere } from "../support/axe.ts";
import { newCustomer, runEnded, task } from "../support/customer.ts";
import { comesToMapping } from "../support/existing.ts";
import { expect, test } from "../support/fixtures.ts";
import { looksAtFilesFirst } from "../support/first-look.ts";
import { Migration } from "../support/migration.ts";
import { Mapping, reviewState, shots } from "../support/mapping.ts";
import { otherBrowser, settled, signInThere } from "../support/others.ts";

// Afterwards nobody of the demo's customer is as they were: other tests look at them.
test.use({ story: "existing" });

/** One column of a list that is taken away as JSON. */
async function usernames(page: Page, path: string, column: string): Promise<string[]> {
  const answer = await page.request.get(path);
  expect(answer.ok()).toBe(true);
  const rows = (await answer.json()) as Record<string, string>[];
  return rows.map((row) => row[column]!.toLowerCase());
}

test("an existing customer goes through user mapping and migration, and each side knows whose turn it is", async ({
  page, browser, demo, scripts, visit, signIn, alive, accessible,
}) => {
  // The longest of all: a machine that does other things beside may take its time.
  test.setTimeout(6 * 60_000);
  const account = demo.account("customer_admin");
  const base = `/c/${account.customer}`;
  await signIn("staff");
  const admin = await otherBrowser(browser, demo, scripts);
  const there = async (path: string): Promise<void> => {
    await admin.goto(path);
    await settled(admin, scripts);
  };
  await signInThere(admin, account.email, account.password);
  await expect(admin.getByRole("heading", { level: 1, name: "Contoso Ltd" })).toBeVisible();
  await expect(task(admin, "Login Handler")).toContainText("Waiting for the deployment team");

  await comesToMapping({ page, demo, visit, signIn, alive, scripts }, admin, base, "entra");

  // The mapping is next, for both to see; what would write to People waits for it.
  await there(base);
  await expect(task(admin, "User mapping")).toContainText("Your task");
  await expect(task(admin, "Directory migration")).toContainText("Cannot start yet");
  await expect(task(admin, "First run")).toContainText("Cannot start yet");
  await visit(base);
  await expect(task(page, "User mapping")).toContainText("Waiting for Contoso Ltd");
  await accessible();
  await there(`${base}/user-mapping`);
  await expect(admin.locator(".step-state")).toContainText("Your task");
  const list = admin.getByRole("link", { name: "Download the list to fill in as CSV" });
  const file = await admin.request.get(String(await list.getAttribute("href")));
  expect((await file.text()).split("\r\n")[0]).toContain("existing_username,new_username,target_directory,");

  await admin.getByRole("button", { name: "Upload and check" }).click();
  await expect(admin.getByRole("alert")).toContainText("Choose the file to upload.");
  await settled(admin, scripts);
  if (scripts) await looksAtFilesFirst(admin);

  // Nobody needs a file: the proposals make a whole mapping. Staff would rather see the list of the personnel department.
  const mapping = new Mapping(admin, scripts);
  await mapping.decidesWithoutAFile();
  await accessibleThere(admin, scripts);
  await mapping.submits();
  await visit(`${base}/user-mapping`);
  await page.getByLabel("What is to be changed").fill("Please use the list of the personnel department.");
  await page.getByRole("button", { name: "Return with reasons" }).click();
  await expect(reviewState(page)).toHaveText("Returned");
  await there(`${base}/user-mapping`);
  // The file has everything wrong in it that goes wrong; each cause says what to do, and is mended here.
  await mapping.uploads(demo.dirty_mapping);
  await shots(admin, "dirty");
  await accessibleThere(admin, scripts);
  await mapping.cause("Unknown target directory").getByRole("link", { name: /^See/ }).click();
  const found = admin.getByRole("region", { name: "Lines with this finding" });
  await expect(found.getByRole("row").nth(1)).toContainText("kiosk.reception");
  await expect(found).toContainText("“Warehouse” is no directory that is known here. Say once which one it means.");
  await accessibleThere(admin, scripts);
  await shots(admin, "found");
  await mapping.mendsEverything();
  await shots(admin, "mended");
  await mapping.decidesAboutEverybody();
  await shots(admin, "decided");
  await mapping.looksBack();
  await accessibleThere(admin, scripts);
  await mapping.submits();

  // Staff return it once, with reasons, and approve it then.
  await visit(`${base}/user-mapping`);
  await expect(page.locator(".step-state")).toContainText("Your task");
  // What both sides know of everybody stands beside the decision.
  await expect(page.getByRole("table", { name: "Lines of the mapping" })).toContainText(/, created .*in a synchronised group, ID /);
  await shots(page, "review");
  await accessible();
  await page.getByRole("button", { name: "Return with reasons" }).click();
  await expect(page.getByRole("alert")).toContainText("Say what is to be changed");
  await page.getByLabel("What is to be changed").fill("Why does the kiosk stay local?");
  await page.getByRole("button", { name: "Return with reasons" }).click();
  await expect(reviewState(page)).toHaveText("Returned");
  await there(`${base}/user-mapping`);
  await expect(admin.getByRole("region", { name: /^Review of version/ })).toContainText("Why does the kiosk stay local?");
  await mapping.submits();
  await visit(`${base}/user-mapping`);
  await page.getByRole("button", { name: "Approve" }).click();
  await expect(reviewState(page)).toHaveText("Approved");
  await accessible();
  await there(base);
  await expect(task(admin, "User mapping")).toContainText("Done");
  await visit(`${base}/first-run`);
  await expect(page.locator(".step-state")).toContainText("Cannot start yet");

  // The migration: planned, rehearsed, looked at, carried out; the customer sees it, calmly.
  const migration = new Migration(page, scripts, base);
  await migration.opens();
  await expect(page.locator(".step-state")).toContainText("Your task");
  await page.getByLabel(/^Days for which freed usernames/).fill("-5");
  await page.getByRole("button", { name: "Make a plan" }).click();
  await expect(page.getByRole("alert").first()).toContainText("Enter a number of days from 0 to");
  await accessible();
  await page.getByLabel(/^Days for which freed usernames/).fill("30");
  await migration.plans();
  await shots(page, "migration-plan");
  await accessible();
  await page.getByRole("link", { name: "Renamed and assigned" }).click();
  await settled(page, scripts);
  await expect(page.getByRole("region", { name: "What becomes of accounts" }).getByRole("row").nth(1)).toContainText("Linked to their person");
  await accessible();
  await shots(page, "migration-entries");
  await migration.opens();
  await migration.rehearses();
  await shots(page, "migration-rehearsal");
  await accessible();
  await page.getByRole("button", { name: "Put on record" }).click();
  await expect(page.getByRole("alert").first()).toContainText("Say which backup there is");
  await settled(page, scripts);
  await migration.notesBackup();
  await expect(migration.region("Before it runs").getByText("No", { exact: true })).toHaveCount(0);
  await page.getByRole("button", { name: "Start the migration" }).click();
  await expect(page.getByRole("alert").first()).toContainText("Choose when it is to begin.");
  await settled(page, scripts);
  await page.goto(`${base}/migration/sheet`);
  await expect(page.getByRole("region", { name: "User mapping" })).toContainText("Approved");
  await shots(page, "migration-sheet");
  await accessible();
  await there(`${base}/migration`);
  await expect(admin.getByRole("region", { name: "Announcement" })).toContainText("Please save your work before.");
  await expect(admin.getByRole("button", { name: "Start the migration" })).toHaveCount(0);
  // What needs scripts is not there without them.
  await expect(admin.getByRole("button", { name: "Copy the announcement" })).toHaveCount(scripts ? 1 : 0);
  await shots(admin, "migration-customer");
  await accessibleThere(admin, scripts);
  await migration.opens();
  await migration.starts();
  await shots(page, "migration-done");
  await accessible();
  await page.getByRole("link", { name: "Who is not as planned" }).click();
  await expect(migration.region("Not as planned")).toContainText("Everybody is as planned.");
  await there(`${base}/migration/help-desk`);
  await expect(admin.getByRole("region", { name: "People with their old and new usernames" })).toContainText("Signs in with");
  await accessibleThere(admin, scripts);
  await shots(admin, "migration-help-desk");

  // Taken back, and done again.
  await migration.opens();
  await page.getByText("Undo it", { exact: true }).click();
  await page.getByRole("button", { name: "Make the plan to undo it" }).click();
  await migration.waitsFor(migration.region(/^Plan \d+, to undo/), /accounts are renamed/);
  await accessible();
  await migration.starts();
  await accessible();
  const plan = await migration.plans();
  await migration.rehearses();
  await migration.notesBackup();
  await migration.starts();
  await there(base);
  await expect(task(admin, "Directory migration")).toContainText("Done");

  // One account is taken back, and its history says so.
  const back = "maerta.andersson@contoso.com";
  await visit(`${migration.path}?entries=all&search=mandersson`);
  await page.getByRole("button", { name: /^Plan to undo this one/ }).click();
  await migration.waitsFor(migration.region(/^Plan \d+, to undo/), /1Renamed and assigned/);
  // The wrong one was chosen: the plan is dropped, and another one made.
  await page.getByRole("button", { name: /^Drop this plan/ }).click();
  await settled(page, scripts);
  await expect(page.getByRole("status").filter({ hasText: "Dropped. Nothing was changed by it." })).toBeVisible();
  await visit(`${migration.path}?entries=all&search=mandersson`);
  await page.getByRole("button", { name: /^Plan to undo this one/ }).click();
  await migration.waitsFor(migration.region(/^Plan \d+, to undo/), /1Renamed and assigned/);
  await migration.starts();
  await visit(`${base}/people?search=mandersson`);
  await page.getByRole("link", { name: /Andersson/ }).click();
  const history = page.getByRole("region", { name: "Why did they change?" });
  await expect(history).toContainText("Taken back");
  await expect(history.getByRole("link", { name: /^Migration \d+$/ }).first()).toHaveAttribute("href", migration.path);
  await shots(page, "person-history");
  await accessible();

  // The first sync recognises everybody who was claimed: it makes no account for them, but for whoever was taken back.
  await there(`${base}/first-run`);
  await expect(admin.locator(".step-state")).toContainText("Your task");
  await admin.getByRole("button", { name: "Run now" }).click();
  await runEnded(admin, /is held for your decision/);
  const claimed = await usernames(admin, `${base}/migration/${plan}/help-desk.json`, "new_username");
  const created = await usernames(admin, `${new URL(admin.url()).pathname}/changes.json?kind=create`, "username");
  expect(claimed.length).toBeGreaterThan(30);
  expect(created.filter((username) => claimed.includes(username))).toEqual([back]);
  await settled(admin, scripts);
  await admin.getByRole("button", { name: /^Accept and apply/ }).click();
  await runEnded(admin, /is complete/);

  // Freed usernames are kept from newcomers, and given free one by one.
  await migration.opens();
  await page.getByRole("link", { name: "Reserved usernames" }).click();
  await settled(page, scripts);
  const give = migration.region("Usernames kept from newcomers").getByRole("button", { name: /^Give free/ });
  const kept = await give.count();
  expect(kept).toBeGreaterThan(0);
  await accessible();
  await shots(page, "migration-reserved");
  await give.first().click();
  await settled(page, scripts);
  await expect(page.getByRole("status").filter({ hasText: "Given free" })).toBeVisible();

  // Whoever was taken back came again as somebody new; the watch finds the two, and they become one.
  await migration.opens();
  await page.getByRole("link", { name: "Look for duplicates" }).click();
  await settled(page, scripts);
  const watch = migration.region("Duplicate watch");
  await expect(watch.getByRole("row", { name: /Andersson/ })).toContainText("mandersson");
  await shots(page, "duplicates");
  await accessible();
  await watch.getByRole("button", { name: /^They are one person/ }).click();
  await settled(page, scripts);
  await visit(`${migration.path}?duplicates=1`);
  await expect(watch).toContainText("Nobody who came since looks like somebody who was there before.");
  await admin.context().close();
});

test("an account that is added to an empty People re-opens the answer that nobody is there", async ({
  page, demo, visit, signIn, alive, accessible,
}) => {
  const base = await newCustomer({ page, demo, visit, signIn, alive }, "Not empty any more");
  await visit(`${base}/existing`);
  await page.getByLabel("No, the intranet is brand new").check();
  await page.getByRole("button", { name: "Save the answer" }).click();
  await expect(page.getByText("Brand new: the sync makes everybody.").first()).toBeVisible();
  await alive();
  await visit(`${base}/people`);
  await page.getByRole("heading", { name: "Add a local account" }).click();
  await page.getByLabel("Username", { exact: true }).fill("vera.first");
  await page.getByRole("button", { name: "Add the account" }).click();
  await expect(page.getByRole("alert")).toContainText("Enter their surname.");
  await expect(page.getByLabel("Username", { exact: true })).toHaveValue("vera.first");
  await alive();
  await accessible();
  await page.getByLabel("Surname").fill("First");
  await page.getByRole("button", { name: "Add the account" }).click();
  await expect(page.getByText("The account is added.")).toBeVisible();
  await expect(page.getByRole("row", { name: /vera\.first/ })).toBeVisible();
  await alive();
  await visit(base);
  const row = task(page, "Existing user directory?");
  await expect(row).not.toContainText("Done");
  await expect(row).toContainText("one account beside the local administrators");
  await visit(`${base}/existing`);
  await accessible();
});
