// Causes of a user mapping that one button mends, whoever is in the way of a username, and what a screen reader hears of a
// cell that something was found about.
import { type Locator, type Page } from "@playwright/test";

import { expectAccessible as accessibleThere } from "../support/axe.ts";
import { beginsMapping } from "../support/existing.ts";
import { expect, test } from "../support/fixtures.ts";
import { type Mapping } from "../support/mapping.ts";
import { settled } from "../support/others.ts";

// Afterwards the demo's customer has a mapping: other tests begin without one.
test.use({ story: "fixes" });

/** A cell of a line holds this, and says by itself that it is wrong, and why. */
async function isWrong(cell: Locator, value: string, why: RegExp): Promise<void> {
  await expect(cell).toHaveValue(value);
  await expect(cell).toHaveAttribute("aria-invalid", "true");
  await expect(cell).toHaveAccessibleDescription(why);
}

/** The lines with this part of a username, of the newest version. */
async function lines(page: Page, scripts: boolean, search: string): Promise<Locator> {
  await page.goto(`${new URL(page.url()).pathname}?show=lines&search=${search}`);
  await settled(page, scripts);
  const table = page.getByRole("table", { name: "Lines of the mapping" });
  return table.getByRole("row").filter({ has: page.getByRole("rowheader") });
}

test("usernames are mended by one button, a blocked account is renamed aside, and it is begun anew without a file", async ({
  page, browser, demo, scripts, visit, signIn, alive,
}) => {
  test.setTimeout(5 * 60_000);
  const { admin, path, mapping } = await beginsMapping({ page, demo, visit, signIn, alive, scripts }, browser);
  await admin.getByLabel("CSV file").setInputFiles(demo.dirty_mapping);
  await admin.getByRole("button", { name: "Upload and check" }).click();
  await mapping.isVersion(1);
  const meant = mapping.cause("Target directory with two meanings").getByLabel("It means");
  await expect(meant).toHaveAccessibleDescription(/“AD” may be the old Active Directory/);

  // F-33: only the cell that lost its zeros says so.
  let line = await mapping.opensFirst("Zeros in front were lost");
  const zeros = /one called “00123”: a spreadsheet probably took the zeros in front away/;
  await isWrong(line.getByLabel("Existing username", { exact: true }), "123", zeros);
  await expect(line.getByLabel("New username", { exact: true })).not.toHaveAttribute("aria-invalid", "true");
  await accessibleThere(admin, scripts);
  await mapping.cause("Zeros in front were lost").getByRole("button", { name: /^Write the accounts’ usernames/ }).click();
  await mapping.tells(admin.getByRole("main"), "Corrected, in a new version.");
  await mapping.isNext();
  await expect(mapping.cause("Zeros in front were lost")).toHaveCount(0);
  await expect(admin.getByRole("region", { name: "Version 2", exact: true })).toContainText("usernames of accounts corrected");
  await accessibleThere(admin, scripts);
  let rows = await lines(admin, scripts, "00123");
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText("arthur.phillips@contoso.com");

  // T-03: the e-mail address, where the directory goes by the principal name.
  line = await mapping.opensFirst("The other attribute of the directory");
  const other = /another address of the person whose username is “okonkwo\.c@contoso\.com”/;
  await isWrong(line.getByLabel("New username", { exact: true }), "chidi.okonkwo@contoso.com", other);
  await accessibleThere(admin, scripts);
  await mapping.mend("The other attribute of the directory", "Write the directory’s usernames");
  await expect(mapping.cause("The other attribute of the directory")).toHaveCount(0);
  await expect(admin.getByRole("region", { name: "Version 3", exact: true })).toContainText("usernames of the directory written");
  await accessibleThere(admin, scripts);
  rows = await lines(admin, scripts, "okonkwo");
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText("Only letter case changes");

  // the e-mail address again, on the other side.
  await mapping.mend("E-mail addresses in place of usernames", "Write the accounts’ usernames");
  await expect(mapping.cause("E-mail addresses in place of usernames")).toHaveCount(0);
  rows = await lines(admin, scripts, "kuznetsov");
  await expect(rows).toHaveCount(1);
  await expect(rows.locator("del")).toHaveText("vladimir.kuznetsov");

  // P-10: a blocked account has the username, and gives it up.
  line = await mapping.opensFirst("The username belongs to a blocked account");
  const held = /blocked account “maria\.papadakis@contoso\.com” has this username/;
  const own = line.getByRole("form", { name: "Correct this line" });
  await isWrong(own.getByLabel("New username", { exact: true }), "maria.papadakis@contoso.com", held);
  await accessibleThere(admin, scripts);
  await mapping.renamesAside("The username belongs to a blocked account");
  await accessibleThere(admin, scripts);
  rows = await lines(admin, scripts, "papadakis");
  await expect(rows).toHaveCount(2);
  await expect(rows.filter({ hasText: "old.maria.papadakis@contoso.com" })).toContainText("Renamed");
  await expect(rows.filter({ hasText: "Takes the username of line" })).toContainText("maria.papadakis@contoso.com");
  await accessibleThere(admin, scripts);
  await beginsAnew(admin, scripts, path, mapping);
  await admin.context().close();
});

/** So many licences; back to the mapping, which nothing tells of that. */
async function licensed(page: Page, scripts: boolean, path: string, licences: string): Promise<void> {
  await page.goto(path.replace(/user-mapping$/, "limits"));
  await settled(page, scripts);
  await page.getByLabel("Licences", { exact: true }).fill(licences);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText("Saved. The next run uses it.")).toBeVisible();
  await page.goto(path);
  await settled(page, scripts);
}

/** P-13: one account stays in the old directory, and the person of another one is looked for in the directory. */
async function decidesAboutOne(page: Page, scripts: boolean, mapping: Mapping): Promise<void> {
  const undecided = page.getByRole("region", { name: "Undecided accounts", exact: true });
  const version = (): Locator => page.getByRole("region", { name: `Version ${mapping.newest}`, exact: true });
  await undecided.getByRole("button", { name: /^Leave in the old directory/ }).first().click();
  await mapping.tells(undecided, "Decided, in a new version.");
  await mapping.isNext();
  await expect(version()).toContainText("stays in the old directory.");
  await expect(version()).toContainText("1 left in the old directory");
  await accessibleThere(page, scripts);

  await undecided.getByRole("link", { name: /^Search the directory/ }).first().click();
  await expect(page).toHaveURL(/for=/);
  await settled(page, scripts);
  await expect(undecided.getByRole("table").getByRole("rowheader")).toHaveCount(1);
  await undecided.getByLabel("Part of a name, username or address").fill("okonkwo");
  await undecided.getByRole("button", { name: "Show", exact: true }).click();
  await expect(page).toHaveURL(/person=okonkwo/);
  await settled(page, scripts);
  await accessibleThere(page, scripts);
  await undecided.getByRole("button", { name: /^Use it.*okonkwo\.c@contoso\.com$/ }).click();
  // The page goes on without the search: nobody is looked for any more.
  await mapping.tells(undecided, "Decided, in a new version.");
  await expect(page).not.toHaveURL(/person=/);
  await mapping.isNext();
  await expect(version()).toContainText("new username okonkwo.c@contoso.com.");
  await accessibleThere(page, scripts);
}

/** P-13: the same customer without any file, behind the one that was corrected, which is taken up again. */
async function beginsAnew(page: Page, scripts: boolean, path: string, mapping: Mapping): Promise<void> {
  await licensed(page, scripts, path, "1");
  const corrected = mapping.newest;
  await page.getByRole("button", { name: "Begin without a file" }).click();
  await mapping.tells(page.getByRole("main"), "Begun without a file, as a new version.");
  await mapping.isNext();
  const before = page.getByRole("region", { name: "Decided before, and not in this version", exact: true });
  await expect(before).toContainText(new RegExp(`Version ${corrected} has [\\d,]+ lines about accounts`));
  await expect(page.getByRole("button", { name: "Begin without a file" })).toHaveCount(0);
  await accessibleThere(page, scripts);

  // P-18: what is mended on another page is checked again here.
  const few = mapping.cause("More active accounts than licences");
  await expect(few.getByRole("link", { name: "Enter the licences" })).toBeVisible();
  await licensed(page, scripts, path, "100000");
  await few.getByRole("button", { name: /^Check again/ }).click();
  // It is gone while the check runs: only behind that it is known to be mended.
  await expect(few).toHaveCount(0);
  await mapping.isVersion(mapping.newest);
  await expect(few).toHaveCount(0);

  // D-10: somebody of the old directory becomes local; the page opens at the list again.
  const undecided = page.getByRole("region", { name: "Undecided accounts", exact: true });
  await expect(undecided).toContainText("has no local password");
  await undecided.getByRole("button", { name: /^Make local/ }).first().click();
  await mapping.tells(undecided, "Decided, in a new version.");
  await mapping.isNext();
  await expect(page.getByRole("region", { name: `Version ${mapping.newest}`, exact: true })).toContainText("without a local password");
  await accessibleThere(page, scripts);
  await decidesAboutOne(page, scripts, mapping);
  const versions = page.getByRole("region", { name: "Earlier versions", exact: true });
  await versions.getByRole("button", { name: new RegExp(`^Take it up again.*version ${corrected}$`) }).click();
  await mapping.isNext();
  await expect(page.getByRole("region", { name: `Version ${mapping.newest}`, exact: true })).toContainText(`Version ${corrected} again.`);
}
