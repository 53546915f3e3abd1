// What drifted is never accepted in silence (P-17, F-30): a mapping is approved, People changes, both sides see that and what changed,
// it is checked again, and whoever approves it anew ticks every warning there is: a tick holds for one check.
import { type Locator, type Page } from "@playwright/test";

import { expectAccessible as accessibleThere } from "../support/axe.ts";
import { beginsMapping } from "../support/existing.ts";
import { expect, test } from "../support/fixtures.ts";
import { reviewState, shots } from "../support/mapping.ts";
import { settled } from "../support/others.ts";

// Afterwards the demo's customer has a mapping: other tests begin without one.
test.use({ story: "drift" });

/** An account of the directory before, and the person whose username it is to get. */
const ACCOUNT = { today: "contoso\\mandersson", person: "maerta.andersson@contoso.com" };
/** What its owner is called afterwards: nobody of the directory is. */
const CALLED = { first: "Zenobia", surname: "Quux" };

/** The boxes of warnings: that a second member of staff has to look is another one. */
const TICKED = /^(?!A second member|Approve without)/;

function review(who: Page): Locator {
  return who.getByRole("region", { name: /^Review of version/ });
}

function newest(who: Page): Locator {
  return who.getByRole("region", { name: /^Version \d+$/ });
}

/** The customer's admin corrects an account in People, by a file. */
async function renames(admin: Page, scripts: boolean, base: string): Promise<void> {
  await admin.goto(`${base}/old-accounts`);
  await settled(admin, scripts);
  const text = `username,first_name,surname\n${ACCOUNT.today},${CALLED.first},${CALLED.surname}\n`;
  await admin.getByLabel("People CSV").setInputFiles({ name: "people.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  await admin.getByRole("button", { name: "Upload and add" }).click();
  const result = admin.getByRole("region", { name: "The newest file" });
  await expect(result.getByText(/^1 line is done/)).toBeVisible({ timeout: 30_000 });
  await expect(result.locator("dt", { hasText: /^Updated$/ }).locator("+ dd")).toHaveText("1");
}

test("an approved mapping that drifted is checked again, and approved anew by whoever has read what is new", async ({
  page, browser, demo, scripts, visit, signIn, alive, accessible,
}) => {
  test.setTimeout(4 * 60_000);
  const { admin, path, mapping } = await beginsMapping({ page, demo, visit, signIn, alive, scripts }, browser);
  const there = async (to: string): Promise<void> => {
    await admin.goto(to);
    await settled(admin, scripts);
  };
  await mapping.decidesWithoutAFile();
  await there(`${path}?show=lines&search=mandersson`);
  await expect(admin.getByRole("table", { name: "Lines of the mapping" })).toContainText(ACCOUNT.person);
  await there(path);
  await mapping.submits();
  // Whoever would take it back is told so before.
  await expect(admin.getByText(/^Version \d+ is with the deployment team\. A correction/)).toBeVisible();
  await visit(path);
  await expect(review(page).getByRole("group", { name: /^Warnings that nobody has ticked/ })).toHaveCount(0);
  await page.getByRole("button", { name: "Approve", exact: true }).click();
  await expect(reviewState(page)).toHaveText("Approved");
  await there(path);
  await expect(admin.getByText(/^Version \d+ is approved\. A correction/)).toBeVisible();
  await accessibleThere(admin, scripts);

  // People changes: the approval counts no more, and both sides see why.
  await renames(admin, scripts, path.replace(/\/user-mapping$/, ""));
  await visit(path);
  await expect(reviewState(page)).toHaveText("To be checked again");
  await expect(review(page)).toContainText("the approval does not count until it was checked again and approved anew");
  await newest(page).getByText("What changed", { exact: true }).click();
  await expect(newest(page)).toContainText(`${CALLED.first} ${CALLED.surname}`);
  await shots(page, "drift");
  await accessible();
  await there(path);
  await expect(reviewState(admin)).toHaveText("To be checked again");
  await accessibleThere(admin, scripts);

  // Checked again it is with the deployment team; who had approved it, and what changed since, is told to the end.
  await newest(admin).getByRole("button", { name: "Check again" }).first().click();
  await expect(reviewState(admin)).toHaveText("With the deployment team");
  await mapping.isVersion(mapping.newest);
  const told = ["It was approved by Sam Staff", "Anna Admin had it checked again", `${CALLED.first} ${CALLED.surname}`];
  for (const words of told) await expect(review(admin)).toContainText(words);
  await expect(review(admin)).toContainText("The names differ: 1 line, new: nobody has ticked it yet");
  await shots(admin, "drift-again");
  await accessibleThere(admin, scripts);

  // Approved without a look it is not.
  await visit(path);
  for (const words of told) await expect(review(page)).toContainText(words);
  const differ = review(page).getByRole("checkbox", { name: /^The names differ/ });
  const approve = review(page).getByRole("button", { name: "Approve", exact: true });
  await expect(differ).not.toBeChecked();
  // A tick holds for one check: what the customer had ticked before is asked again, too.
  const outside = review(page).getByRole("checkbox", { name: /^In none of the synchronised groups/ });
  await expect(outside).not.toBeChecked();
  await expect(review(page)).toContainText("It was ticked by Anna Admin before it was checked again.");
  await accessible();
  await approve.click();
  await expect(page.getByRole("alert").first()).toContainText(/Nobody has ticked these warnings since the check: .*“The names differ”/);
  await alive();
  await expect(reviewState(page)).toHaveText("With the deployment team");
  await expect(differ).not.toBeChecked();
  await shots(page, "drift-unticked");
  await accessible();
  for (const box of await review(page).getByRole("checkbox", { name: TICKED }).all()) await box.check();
  await expect(differ).toBeChecked();
  await approve.click();
  await expect(reviewState(page)).toHaveText("Approved");
  await expect(review(page)).toContainText("The names differ: 1 line, ticked by Sam Staff");
  await alive();
  await accessible();
  await there(path);
  await expect(reviewState(admin)).toHaveText("Approved");
  await expect(review(admin)).not.toContainText("had it checked again");
  await accessibleThere(admin, scripts);
  await admin.context().close();
});
