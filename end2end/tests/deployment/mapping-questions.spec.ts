// Questions about a user mapping that is with the deployment team: asked, answered, and approved without an answer. Then which
// of two accounts keeps its username, who is blocked or never signed in, and what differs over several pages.
import { type Locator, type Page } from "@playwright/test";

import { expectAccessible as accessibleThere } from "../support/axe.ts";
import { beginsMapping } from "../support/existing.ts";
import { expect, test } from "../support/fixtures.ts";
import { Mapping, lineForm, reviewState, shots } from "../support/mapping.ts";
import { settled } from "../support/others.ts";

// Afterwards the demo's customer has a mapping: other tests begin without one.
test.use({ story: "questions" });
// The second test goes on where the first one ends.
test.describe.configure({ mode: "serial" });

const OF_LINE = "Does anybody still sign in by this one?";
const OF_ALL = "Who looks after people who leave?";

/** Both sides read there what was asked and said. */
function questions(who: Page): Locator {
  return who.getByRole("region", { name: "Questions and remarks", exact: true });
}

/** A question, with the form for its answer; the answer quotes it, but is not it. */
function asked(who: Page, words: string): Locator {
  return questions(who).getByRole("listitem").filter({ has: who.locator(".said", { hasText: words }) });
}

/** What opens the form for an answer, where there is one. */
function answering(who: Page, words: string): Locator {
  return asked(who, words).locator("summary", { hasText: "Answer it" });
}

function review(who: Page): Locator {
  return who.getByRole("region", { name: /^Review of version/ });
}

/** Staff ask about a line, and about the whole; the mapping stays with them. */
async function asks(page: Page, scripts: boolean, path: string): Promise<void> {
  await page.goto(`${path}?line=2`);
  await settled(page, scripts);
  await page.getByLabel("Your remark", { exact: true }).fill(OF_LINE);
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(review(page)).toContainText("1 question is open");
  await settled(page, scripts);
  await accessibleThere(page, scripts);
  const whole = questions(page);
  await whole.getByText("Ask something about the whole mapping").click();
  await whole.getByLabel("Your question about all of it").fill(OF_ALL);
  await whole.getByRole("button", { name: "Ask about the whole mapping" }).click();
  await expect(review(page)).toContainText("2 questions are open");
  await expect(reviewState(page)).toHaveText("With the deployment team");
  await settled(page, scripts);
  await accessibleThere(page, scripts);
}

test("staff ask about a mapping, one question is answered, and it is approved without the other answer", async ({
  page, browser, demo, scripts, visit, signIn, alive, accessible,
}) => {
  test.setTimeout(4 * 60_000);
  const { admin, path, mapping } = await beginsMapping({ page, demo, visit, signIn, alive, scripts }, browser);
  const there = async (): Promise<void> => {
    await admin.goto(path);
    await settled(admin, scripts);
  };
  await mapping.decidesWithoutAFile();
  await mapping.submits();
  await asks(page, scripts, path);

  // The customer sees both, and answers one of them where it stands.
  await there();
  await expect(asked(admin, OF_LINE).getByRole("link", { name: "Line 2", exact: true })).toBeVisible();
  await expect(asked(admin, OF_ALL)).toContainText("All lines");
  await expect(answering(admin, OF_LINE)).toHaveCount(1);
  await accessibleThere(admin, scripts);
  await answering(admin, OF_ALL).click();
  await asked(admin, OF_ALL).getByLabel("Your answer").fill("Their managers.");
  await shots(admin, "questions");
  await accessibleThere(admin, scripts);
  await asked(admin, OF_ALL).getByRole("button", { name: /^Answer/ }).click();
  await expect(review(admin)).toContainText("1 question is open");
  await expect(asked(admin, OF_ALL)).toHaveCount(1);
  await expect(answering(admin, OF_ALL)).toHaveCount(0);
  await expect(answering(admin, OF_LINE)).toHaveCount(1);
  await settled(admin, scripts);
  await accessibleThere(admin, scripts);

  // With the other one open it is approved knowingly or not at all; what was ticked stays ticked.
  await visit(path);
  await expect(asked(page, "Their managers.")).toContainText("Anna Admin");
  const second = review(page).getByLabel("A second member of the deployment team has to approve it, too");
  const unanswered = review(page).getByLabel(/^Approve without the answers/);
  const approve = review(page).getByRole("button", { name: "Approve", exact: true });
  await second.check();
  await approve.click();
  await expect(page.getByRole("alert").first()).toContainText("1 question is open");
  await alive();
  await expect(reviewState(page)).toHaveText("With the deployment team");
  await expect(second).toBeChecked();
  await expect(unanswered).not.toBeChecked();
  await shots(page, "unanswered");
  await accessible();
  await unanswered.check();
  await approve.click();
  await expect(reviewState(page)).toHaveText("Waits for a second approval");
  await expect(review(page)).toContainText("1 question is open");
  await alive();
  await accessible();
  await there();
  await expect(reviewState(admin)).toHaveText("Waits for a second approval");
  await accessibleThere(admin, scripts);
  await admin.context().close();
});

/** The existing usernames of the lines that differ, over all pages. */
async function differing(page: Page, scripts: boolean, [older, newer]: [number, number]): Promise<string[]> {
  const versions = page.getByRole("region", { name: "Earlier versions", exact: true });
  await versions.getByRole("link", { name: `What changed since version ${older}`, exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`since=${older}`));
  const differs = page.getByRole("region", { name: `From version ${older} to version ${newer}`, exact: true });
  const lines = differs.getByRole("table", { name: "Lines that differ" }).getByRole("rowheader");
  const onward = differs.getByRole("link", { name: "Next page" });
  await expect(lines).toHaveCount(50);
  const all = await lines.allTextContents();
  while ((await onward.count()) > 0) {
    const address = await onward.getAttribute("href");
    await onward.click();
    await expect(page).toHaveURL(String(address));
    await settled(page, scripts);
    await expect(differs.getByRole("link", { name: "Back to the start" })).toBeVisible();
    await accessibleThere(page, scripts);
    all.push(...(await lines.allTextContents()));
  }
  return all;
}

test("one of two accounts keeps its username, and lines are narrowed and turned over", async ({
  page, demo, scripts, visit, signIn, accessible,
}) => {
  test.setTimeout(2 * 60_000);
  const account = demo.account("customer_admin");
  const path = `/c/${account.customer}/user-mapping`;
  await signIn(account);
  await visit(path);
  const mapping = new Mapping(page, scripts);
  await mapping.continues();

  // Two files that have nothing in common: more lines differ than fit a page.
  const ghosts = Array.from({ length: 60 }, (_, n) => `ghost.${n}`);
  const lines = ["existing_username,new_username", ...ghosts.map((ghost) => `${ghost},${ghost}@contoso.com`)].join("\n");
  await mapping.uploads({ name: "ghosts.csv", mimeType: "text/csv", buffer: Buffer.from(lines) });
  await mapping.uploads(demo.dirty_mapping);
  const differ = await differing(page, scripts, [mapping.newest - 1, mapping.newest]);
  expect(differ.filter((username) => username.startsWith("ghost.")), "each stands on one page").toEqual(ghosts);
  expect(differ).toContain("kiosk.reception");

  // two lines give their accounts one username. One stays as it is, and the other one may have it.
  const merged = "One new username for several accounts";
  const line = await mapping.opensFirst(merged);
  await accessible();
  await shots(page, "merged");
  const own = await lineForm(page).getByLabel("Existing username", { exact: true }).inputValue();
  await line.getByRole("button", { name: /^(Keep it|Leave it in)/ }).click();
  await mapping.isNext();
  await expect(mapping.cause(merged)).toHaveCount(0);
  await expect(lineForm(page).getByLabel("New username", { exact: true })).toHaveValue(own);
  await expect(lineForm(page).getByLabel("Target directory", { exact: true })).not.toHaveValue("");
  await accessible();

  // P-14: whoever is blocked or never signed in.
  await visit(`${path}?show=lines`);
  const panel = page.getByRole("region", { name: "Lines", exact: true });
  const rows = panel.getByRole("table", { name: "Lines of the mapping" }).getByRole("row").filter({ has: page.getByRole("rowheader") });
  const others = rows.filter({ hasNotText: /Blocked|never signed in/ });
  await expect(others.filter({ hasText: "nobody.knows" })).toHaveCount(1);
  await panel.getByLabel("Account of People").selectOption({ label: "Blocked or never signed in" });
  await panel.getByRole("button", { name: "Show", exact: true }).click();
  await expect(page).toHaveURL(/account=unused/);
  await expect(panel.getByRole("link", { name: "Show all", exact: true })).toBeVisible();
  await expect(rows.filter({ hasText: "kiosk.reception" })).toHaveCount(1);
  await expect(others).toHaveCount(0);
  await settled(page, scripts);
  await accessible();
});
