// Causes of a user mapping that one button mends, whoever is in the way of a username, and what a screen reader hears of a
// cell that something was found about.
import { type Locator, type Page } from "@playwright/test";

import { expectAccessible as accessibleThere } from "../support/axe.ts";
import { beginsMapping } from "../support/existing.ts";
import { expect, test } from "../support/fixtures.ts";
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

test("usernames are mended by one button, cells say what is wrong with them, and a blocked account is renamed aside", async ({
  page, browser, demo, scripts, visit, signIn, alive,
}) => {
  test.setTimeout(4 * 60_000);
  const { admin, mapping } = await beginsMapping({ page, demo, visit, signIn, alive, scripts }, browser);
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
  await mapping.mend("Zeros in front were lost", "Write the accounts’ usernames");
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
  await admin.context().close();
});
