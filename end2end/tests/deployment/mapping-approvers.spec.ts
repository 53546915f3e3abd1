// A user mapping that two members of the deployment team approve (M-22).
import { type Page } from "@playwright/test";

import { expectAccessible as accessibleThere } from "../support/axe.ts";
import { task } from "../support/customer.ts";
import { comesToMapping } from "../support/existing.ts";
import { type Demo, expect, test } from "../support/fixtures.ts";
import { letterTo } from "../support/mail.ts";
import { Mapping, reviewState, shots } from "../support/mapping.ts";
import { otherBrowser, settled, signInThere } from "../support/others.ts";

// Afterwards the demo's customer has a mapping: other tests begin without one.
test.use({ story: "approvers" });

const SECOND = { name: "Sue Second", email: "sue@vendor.example", password: "correct horse battery staple" };

/** Another member of staff, invited by the one on `page`, and signed in on `sue`. */
async function joins(page: Page, sue: Page, demo: Demo): Promise<void> {
  const form = page.getByRole("region", { name: "Invite somebody" });
  await form.getByLabel("E-mail address").fill(SECOND.email);
  await form.getByRole("button", { name: "Invite" }).click();
  const letter = await letterTo(page.request, demo, SECOND.email, "You are invited");
  await sue.goto(/http\S+\/invitation\/\S+/.exec(letter.text)![0]);
  await sue.getByLabel("Your name").fill(SECOND.name);
  await sue.getByLabel("Password").fill(SECOND.password);
  await sue.getByRole("button", { name: "Accept and sign in" }).click();
  await expect(sue).not.toHaveURL(/invitation/);
}

test("a version that a second member of the deployment team is to look at waits for somebody else", async ({
  page, browser, demo, scripts, visit, signIn, alive, accessible,
}) => {
  test.setTimeout(4 * 60_000);
  const account = demo.account("customer_admin");
  const base = `/c/${account.customer}`;
  const path = `${base}/user-mapping`;
  await signIn("staff");
  const sue = await otherBrowser(browser, demo, scripts);
  await visit("/team");
  await joins(page, sue, demo);
  const admin = await otherBrowser(browser, demo, scripts);
  await signInThere(admin, account.email, account.password);
  await comesToMapping({ page, demo, visit, signIn, alive, scripts }, admin, base, "entra");
  const go = async (who: Page, to: string): Promise<void> => {
    await who.goto(to);
    await settled(who, scripts);
  };
  await go(admin, path);
  const mapping = new Mapping(admin, scripts);
  await mapping.decidesWithoutAFile();
  await mapping.submits();

  // The first approval leaves the review open; whoever gave it is told that it takes somebody else.
  await visit(path);
  await page.getByLabel("A second member of the deployment team has to approve it, too").check();
  await page.getByRole("button", { name: "Approve" }).click();
  const review = (who: Page) => who.getByRole("region", { name: /^Review of version/ });
  await expect(reviewState(page)).toHaveText("Waits for a second approval");
  await expect(review(page)).toContainText("You approved it already. Another member of the deployment team has to look, too.");
  await expect(page.getByRole("button", { name: "Approve" })).toHaveCount(0);
  await alive();
  await accessible();
  await shots(page, "seconding");
  await go(admin, path);
  await expect(reviewState(admin)).toHaveText("Waits for a second approval");
  await accessibleThere(admin, scripts);
  await go(admin, base);
  await expect(task(admin, "User mapping")).not.toContainText("Done");

  // The second one ends it.
  await go(sue, path);
  await expect(review(sue)).toContainText("Sam Staff");
  await accessibleThere(sue, scripts);
  await sue.getByRole("button", { name: "Approve" }).click();
  await expect(reviewState(sue)).toHaveText("Approved");
  await expect(review(sue).getByRole("definition").filter({ hasText: SECOND.name })).toHaveCount(1);
  await expect(sue.getByRole("button", { name: "Approve" })).toHaveCount(0);
  await settled(sue, scripts);
  await accessibleThere(sue, scripts);
  await go(admin, base);
  await expect(task(admin, "User mapping")).toContainText("Done");
  await sue.context().close();
  await admin.context().close();
});
