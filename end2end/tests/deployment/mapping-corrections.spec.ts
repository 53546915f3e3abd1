// Corrections of a user mapping: its lines narrowed, a cause mended at once, versions compared, one taken up again, and a line
// talked about by both sides.
import { type Locator, type Page } from "@playwright/test";

import { expectAccessible as accessibleThere } from "../support/axe.ts";
import { beginsMapping } from "../support/existing.ts";
import { expect, test } from "../support/fixtures.ts";
import { lineForm, shots } from "../support/mapping.ts";
import { settled } from "../support/others.ts";

// Afterwards the demo's customer has a mapping: other tests begin without one.
test.use({ story: "corrections" });

/** The lines of the newest version, and what narrows them. */
class Lines {
  readonly page: Page;
  readonly scripts: boolean;
  readonly panel: Locator;

  constructor(page: Page, scripts: boolean) {
    this.page = page;
    this.scripts = scripts;
    this.panel = page.getByRole("region", { name: "Lines", exact: true });
  }

  /** Each line has its number as heading. */
  get rows(): Locator {
    const table = this.page.getByRole("table", { name: "Lines of the mapping" });
    return table.getByRole("row").filter({ has: this.page.getByRole("rowheader") });
  }

  /** Narrows them; `address` is what the page is called then. */
  async narrows(by: { search: string; change: string; findings: string }, address: RegExp): Promise<void> {
    await this.panel.getByLabel("Part of a username").fill(by.search);
    await this.panel.getByLabel("Change", { exact: true }).selectOption({ label: by.change });
    await this.panel.getByLabel("Findings", { exact: true }).selectOption({ label: by.findings });
    await this.panel.getByRole("button", { name: "Show", exact: true }).click();
    await expect(this.page).toHaveURL(address);
    await settled(this.page, this.scripts);
  }
}

/** The notes among the causes, which are folded away. */
async function unfoldsNotes(page: Page): Promise<void> {
  await page.getByRole("region", { name: "What was found" }).getByText(/kinds? of notes?, for your information/).click();
}

/** How the newest version differs from an earlier one. */
async function compares(page: Page, scripts: boolean, older: number, newer: number): Promise<Locator> {
  const versions = page.getByRole("region", { name: "Earlier versions", exact: true });
  await versions.getByRole("link", { name: `What changed since version ${older}` }).click();
  await expect(page).toHaveURL(new RegExp(`since=${older}`));
  await settled(page, scripts);
  return page.getByRole("region", { name: `From version ${older} to version ${newer}`, exact: true });
}

test("a mapping is narrowed, mended, compared, taken back and talked about", async ({
  page, browser, demo, scripts, visit, signIn, alive, accessible,
}) => {
  test.setTimeout(4 * 60_000);
  const { admin, path, mapping } = await beginsMapping({ page, demo, visit, signIn, alive, scripts }, browser);
  await mapping.uploads(demo.dirty_mapping);

  // All lines, then fewer.
  const version = admin.getByRole("region", { name: "Version 1", exact: true });
  await version.getByRole("link", { name: "Show all lines" }).click();
  await expect(admin).toHaveURL(/show=lines/);
  await settled(admin, scripts);
  const lines = new Lines(admin, scripts);
  const everything = { search: "", change: "Every change", findings: "With and without findings" };
  await expect(lines.rows.filter({ hasNotText: /\d problems?/ }).first()).toBeVisible();
  await lines.narrows({ ...everything, findings: "Only problems" }, /with=error/);
  await expect(lines.rows.filter({ hasText: "nobody.knows" })).toHaveCount(1);
  await expect(lines.rows.filter({ hasNotText: /\d problems?/ })).toHaveCount(0);
  await accessibleThere(admin, scripts);

  // Two have each other's username of today.
  await lines.narrows({ ...everything, change: "Swapped" }, /kind=swap/);
  await expect(lines.rows).toHaveCount(2);
  for (const row of await lines.rows.all()) await expect(row).toContainText("Takes the username of line");
  await accessibleThere(admin, scripts);

  await lines.narrows({ ...everything, search: "KIOSK" }, /search=KIOSK/);
  await expect(lines.rows).toHaveCount(1);
  await expect(lines.rows).toContainText("kiosk.reception@contoso.com");
  await accessibleThere(admin, scripts);
  await lines.narrows({ ...everything, search: "nobody is called this" }, /search=nobody/);
  await expect(lines.panel).toContainText("No line fits these filters.");
  await expect(lines.rows).toHaveCount(0);
  await accessibleThere(admin, scripts);

  // A note is mended like a problem; another one stays.
  await unfoldsNotes(admin);
  await expect(mapping.cause("Blanks around usernames")).toBeVisible();
  await mapping.mend("Blanks around usernames", "Clean these usernames");
  await unfoldsNotes(admin);
  await expect(mapping.cause("Username kept, account stays local")).toBeVisible();
  await expect(mapping.cause("Blanks around usernames")).toHaveCount(0);
  await accessibleThere(admin, scripts);

  // A line goes: that is all that differs.
  await mapping.mend("No existing username", "Remove the lines");
  await expect(mapping.cause("No existing username")).toHaveCount(0);
  const differs = await compares(admin, scripts, 2, 3);
  await expect(differs).toContainText("1 line differs");
  const gone = differs.getByRole("table", { name: "Lines that differ" }).getByRole("row").nth(1);
  await expect(gone).toContainText("somebody@contoso.com");
  await expect(gone).toContainText("line removed");
  await accessibleThere(admin, scripts);

  // It is taken back: the version before is the newest again, under a number of its own.
  const versions = admin.getByRole("region", { name: "Earlier versions", exact: true });
  await versions.getByRole("button", { name: /^Take it up again.*version 2$/ }).click();
  await mapping.isVersion(4);
  await expect(admin.getByRole("region", { name: "Version 4", exact: true })).toContainText("Version 2 again.");
  await expect(mapping.cause("No existing username")).toBeVisible();
  await accessibleThere(admin, scripts);
  await expect(await compares(admin, scripts, 2, 4)).toContainText("Every line says the same.");

  // A line is looked at while it is typed, where there are scripts.
  await admin.goto(`${path}?line=2`);
  await settled(admin, scripts);
  const line = admin.getByRole("region", { name: "Line 2", exact: true });
  const typed = lineForm(admin).getByLabel("New username", { exact: true });
  await typed.fill("anna.lee@contoso.com");
  if (scripts) {
    await expect(line.getByRole("listitem").filter({ hasText: "The account stays local" })).toBeVisible();
    await accessibleThere(admin, scripts);
    await typed.fill("admin");
    await expect(line.getByText("Nothing is wrong with the line by itself.")).toBeVisible();
  }

  // Staff ask about a line; the customer settles it.
  await visit(`${path}?line=2`);
  await page.getByLabel("Your remark", { exact: true }).fill("Does anybody still sign in by this one?");
  await page.getByRole("button", { name: "Add the remark" }).click();
  await expect(page.getByRole("region", { name: "Questions and remarks", exact: true })).toContainText("1 open remark");
  await alive();
  await accessible();
  await admin.goto(path);
  await settled(admin, scripts);
  const remarks = admin.getByRole("region", { name: "Questions and remarks", exact: true });
  await expect(remarks).toContainText("Does anybody still sign in by this one?");
  await expect(remarks.getByRole("link", { name: "Line 2", exact: true })).toBeVisible();
  await accessibleThere(admin, scripts);
  await remarks.getByRole("button", { name: /^Settled/ }).click();
  await expect(remarks).toContainText("Settled by Anna Admin.");
  await expect(remarks.getByRole("button", { name: /^Settled/ })).toHaveCount(0);
  await settled(admin, scripts);
  await accessibleThere(admin, scripts);
  await visit(path);
  await expect(page.getByRole("region", { name: "Questions and remarks", exact: true })).toContainText("Settled by Anna Admin.");

  // A new file leaves out what was said before: that is listed, and taken over.
  const part = "existing_username,new_username,target_directory\nnobody.at.all,nobody.at.all,Local\n";
  await mapping.uploads({ name: "part.csv", mimeType: "text/csv", buffer: Buffer.from(part) });
  const before = admin.getByRole("region", { name: "Decided before, and not in this version", exact: true });
  await expect(before).toContainText(/Version 4 has [\d,]+ lines about accounts that this version does not name/);
  await accessibleThere(admin, scripts);
  await before.getByRole("link", { name: /^See/ }).click();
  await expect(admin).toHaveURL(/show=left-out/);
  await settled(admin, scripts);
  const leftOut = admin.getByRole("table", { name: "Lines that were left out" });
  await expect(leftOut.getByRole("row").filter({ hasText: "kiosk.reception@contoso.com" })).toContainText("Warehouse");
  await shots(admin, "left-out");
  await accessibleThere(admin, scripts);
  await before.getByRole("button", { name: /^Take them over/ }).click();
  await mapping.isVersion(6);
  await expect(admin.getByRole("region", { name: "Version 6", exact: true })).toContainText("Taken over from version 4");
  await expect(before).toHaveCount(0);
  await accessibleThere(admin, scripts);
  // One of them, as the earlier version had it, behind the line of the file.
  await admin.goto(`${path}?show=lines`);
  await settled(admin, scripts);
  await expect(lines.rows.first()).toContainText("nobody.at.all");
  await expect(lines.rows.first()).toContainText("Not in People");
  await lines.narrows({ ...everything, search: "KIOSK" }, /search=KIOSK/);
  await expect(lines.rows).toHaveCount(1);
  await expect(lines.rows.locator("del")).toHaveText("kiosk.reception");
  await expect(lines.rows).toContainText("kiosk.reception@contoso.com");
  await expect(lines.rows).toContainText("Warehouse");
  await accessibleThere(admin, scripts);
  await admin.context().close();
});
