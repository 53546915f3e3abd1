// An existing customer whose people come from Okta, without any file: from the connection to the first sync.
import { comesToMapping } from "../support/existing.ts";
import { runEnded, task } from "../support/customer.ts";
import { expect, test } from "../support/fixtures.ts";
import { Mapping, reviewState, shots } from "../support/mapping.ts";
import { Migration } from "../support/migration.ts";
import { otherBrowser, settled, signInThere } from "../support/others.ts";

test.use({ story: "okta" });

test("an existing customer moves to Okta by proposals alone", async ({ page, browser, demo, scripts, visit, signIn, alive }) => {
  test.setTimeout(4 * 60_000);
  const account = demo.account("customer_admin");
  const base = `/c/${account.customer}`;
  await signIn("staff");
  const admin = await otherBrowser(browser, demo, scripts);
  await signInThere(admin, account.email, account.password);
  await comesToMapping({ page, demo, visit, signIn, alive, scripts }, admin, base, "okta");

  const go = async (path: string): Promise<void> => {
    await admin.goto(path);
    await settled(admin, scripts);
  };
  await go(`${base}/user-mapping`);
  const mapping = new Mapping(admin, scripts);
  await mapping.decidesWithoutAFile();
  await mapping.submits();
  await shots(admin, "okta-mapping");
  await visit(`${base}/user-mapping`);
  const lines = page.getByRole("table", { name: "Lines of the mapping" });
  await expect(lines).toContainText(/, created .*in a synchronised group, ID 00u/);
  await shots(page, "okta-review");
  await page.getByRole("button", { name: "Approve" }).click();
  await expect(reviewState(page)).toHaveText("Approved");

  const migration = new Migration(page, scripts, base);
  await migration.opens();
  await migration.plans();
  await migration.rehearses();
  await shots(page, "okta-migration");
  await migration.notesBackup();
  await migration.starts();
  await shots(page, "okta-done");
  await go(`${base}/first-run`);
  await admin.getByRole("button", { name: "Run now" }).click();
  await runEnded(admin, /is held for your decision|is complete/);
  await shots(admin, "okta-first-run");
  await go(base);
  await expect(task(admin, "Directory migration")).toContainText("Done");
  await admin.context().close();
});
