// The lines of a cause, one after the other; the search over the directory in the form of a line; and what is taken away.
import { readFile } from "node:fs/promises";

import { type Locator, type Page } from "@playwright/test";

import { expectAccessible as accessibleThere } from "../support/axe.ts";
import { beginsMapping } from "../support/existing.ts";
import { expect, test } from "../support/fixtures.ts";
import { lineForm } from "../support/mapping.ts";
import { settled } from "../support/others.ts";

// Afterwards the demo's customer has a mapping: other tests begin without one.
test.use({ story: "lines" });

const HEAD = "existing_username,new_username,target_directory";
const NOBODY = "No such account in People";

/** The lines of a file that a link gives. */
async function taken(page: Page, link: Locator): Promise<string[]> {
  const waits = page.waitForEvent("download");
  await link.click();
  const text = await readFile(await (await waits).path(), "utf8");
  return text.replace("\ufeff", "").trimEnd().split("\r\n");
}

test("a cause is worked through line by line, a search keeps what is typed, and lines are taken away (F-32)", async ({
  page, browser, demo, scripts, visit, signIn, alive,
}) => {
  test.setTimeout(4 * 60_000);
  const { admin, mapping } = await beginsMapping({ page, demo, visit, signIn, alive, scripts }, browser);
  const file = [HEAD, "nobody.one,nobody.one@contoso.com,", "kiosk.reception,kiosk.reception,Local", "nobody.two,nobody.two@contoso.com,", "nobody.three,nobody.three@contoso.com,", ""];
  await mapping.uploads({ name: "lines.csv", mimeType: "text/csv", buffer: Buffer.from(file.join("\n")) });

  // The rejects, each with why.
  const found = admin.getByRole("region", { name: "What was found", exact: true });
  const rejects = await taken(admin, found.getByRole("link", { name: "Download the lines with problems" }));
  expect(rejects[0]).toBe(`${HEAD},line,change,reason`);
  expect(rejects).toHaveLength(4);
  expect(rejects[1]).toMatch(/^nobody\.one,nobody\.one@contoso\.com,,2,.*Problem: People has no account with this username/);
  await accessibleThere(admin, scripts);

  // The first line is saved; the page goes on to the others of its cause, and back to that.
  const line = async (number: number): Promise<Locator> => {
    const region = admin.getByRole("region", { name: `Line ${number}`, exact: true });
    await expect(region).toBeVisible();
    await settled(admin, scripts);
    return region;
  };
  await mapping.opensFirst(NOBODY);
  const form = lineForm(admin);
  await form.getByLabel("Target directory", { exact: true }).selectOption({ label: "Local" });
  await form.getByRole("button", { name: "Save and check" }).click();
  await mapping.isVersion(2);
  await expect(admin).toHaveURL(/line=2/);
  await expect(admin).toHaveURL(/code=not_found/);
  await (await line(2)).getByRole("link", { name: "Next line" }).click();
  await (await line(4)).getByRole("link", { name: "Next line" }).click();
  const last = await line(5);
  await expect(last.getByRole("link", { name: "Next line" })).toHaveCount(0);

  // Enter in the search looks for somebody, and saves nothing; so does its button.
  const cell = form.getByLabel("New username", { exact: true });
  const search = form.getByLabel("Part of a name, username or address");
  await cell.fill("typed.by.hand@contoso.com");
  await search.fill("okonkwo");
  await search.press("Enter");
  await expect(admin).toHaveURL(/person=okonkwo/);
  await settled(admin, scripts);
  await expect(cell).toHaveValue("typed.by.hand@contoso.com");
  await expect(form).toContainText("It is not saved yet.");
  const take = last.getByRole("button", { name: /^Take this username.*okonkwo\.c@contoso\.com$/ });
  await expect(take).toBeVisible();
  await accessibleThere(admin, scripts);
  await cell.fill("typed.again@contoso.com");
  await search.fill("nobody is called this");
  await form.getByRole("button", { name: "Search the directory" }).click();
  await expect(admin).toHaveURL(/person=nobody/);
  await settled(admin, scripts);
  await expect(cell).toHaveValue("typed.again@contoso.com");
  await expect(last).toContainText("The directory has nobody like “nobody is called this”.");
  await expect(admin.getByRole("region", { name: "Version 2", exact: true })).toBeVisible();

  // Enter in a cell saves the line, and it is still one of its cause.
  await cell.press("Enter");
  await mapping.isVersion(3);
  await expect(cell).toHaveValue("typed.again@contoso.com");
  await expect(admin).not.toHaveURL(/person=/);
  await last.getByRole("link", { name: "Back to this list" }).click();
  const list = admin.getByRole("region", { name: NOBODY, exact: true });
  await expect(list.getByRole("rowheader")).toHaveCount(3);
  await settled(admin, scripts);

  // The file as it is now, corrections and all.
  const version = admin.getByRole("region", { name: "Version 3", exact: true });
  expect(await taken(admin, version.getByRole("link", { name: "CSV", exact: true }))).toEqual([
    HEAD, "nobody.one,nobody.one@contoso.com,Local", "kiosk.reception,kiosk.reception,Local", "nobody.two,nobody.two@contoso.com,", "nobody.three,typed.again@contoso.com,",
  ]);

  // A cause that is mended says so where its lines were.
  const address = admin.url();
  await mapping.mend(NOBODY, "Remove the lines");
  await admin.goto(address);
  await settled(admin, scripts);
  await expect(list).toContainText("No line has it any more.");
  await accessibleThere(admin, scripts);
  await admin.context().close();
});
