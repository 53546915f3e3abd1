// Mapping files on their way in: what a person has to say before a file can be read, how it was read, and reading it in another
// way.
import { type Locator, type Page } from "@playwright/test";

import { expectAccessible as accessibleThere } from "../support/axe.ts";
import { beginsMapping } from "../support/existing.ts";
import { expect, test } from "../support/fixtures.ts";
import { type Mapping, shots } from "../support/mapping.ts";
import { settled } from "../support/others.ts";

// Afterwards the demo's customer has a mapping: other tests begin without one.
test.use({ story: "intake" });

const HEADINGS = "existing_username,new_username,target_directory";
/**
 * The server's own words (`too_large` in crates/domain/src/messages.rs), which the mocked answer has: that the server says them
 * is asked by `f_27_what_is_too_large_is_refused_in_words` in server/tests/it/headers.rs.
 */
const TOO_LARGE = "The file is larger than 100 MB, so nothing was stored. Remove columns that are not needed, and upload it again.";

class Intake {
  readonly page: Page;
  readonly scripts: boolean;

  constructor(page: Page, scripts: boolean) {
    this.page = page;
    this.scripts = scripts;
  }

  async uploads(name: string, buffer: Buffer): Promise<void> {
    await this.page.getByLabel("CSV file").setInputFiles({ name, mimeType: "text/csv", buffer });
    await this.page.getByRole("button", { name: "Upload and check" }).click();
  }

  version(number: number): Locator {
    return this.page.getByRole("region", { name: `Version ${number}`, exact: true });
  }

  /** Waits until this is said of a version that is not checked line by line, and looks at the page. */
  async says(number: number, words: string): Promise<Locator> {
    const version = this.version(number);
    await expect(async () => {
      if (!this.scripts) await this.page.reload();
      await expect(version).toContainText(words, { timeout: 2_000 });
    }).toPass({ timeout: 60_000 });
    await settled(this.page, this.scripts);
    await accessibleThere(this.page, this.scripts);
    return version;
  }

  /** The cells of a line in the table of the first lines. */
  first(number: number, line: number): Locator {
    const table = this.version(number).getByRole("table", { name: "The first lines, as they were read" });
    return table.getByRole("row").nth(line).getByRole("cell");
  }

  /** Reads the file with another separator. */
  async separates(number: number, separator: string): Promise<void> {
    const version = this.version(number);
    await version.getByText("Read the file in another way", { exact: true }).click();
    await version.getByLabel("Separator").selectOption({ label: separator });
    await version.getByRole("button", { name: "Read it so", exact: true }).click();
  }

  /** Chooses in the form of the columns, by labels. */
  async chooses(number: number, columns: Record<string, string>): Promise<void> {
    const version = this.version(number);
    for (const [label, option] of Object.entries(columns)) {
      await version.getByLabel(label, { exact: true }).selectOption({ label: option });
    }
    await version.getByRole("button", { name: "Read these columns", exact: true }).click();
  }
}

const EXISTING = "Column of the existing usernames";
const NEW = "Column of the new usernames";
const TARGET = "Column of the target directory";
const FIRST = "Is the first line a heading?";
const YES = "Yes, it names the columns";

/** F-07: nothing is known of the headings, and a person says which column is which; a choice that cannot be is told, and stands. */
async function saysWhichIsWhich(intake: Intake, mapping: Mapping): Promise<void> {
  const text = "Old login;New login;Where;Room\nanna.lee;anna.lee@contoso.com;Local;1\n";
  await intake.uploads("old.csv", Buffer.from(text));
  const refused = await intake.says(8, "The file has no column existing_username");
  await expect(refused.getByRole("listitem").first()).toHaveText("Old login;New login;Where;Room");
  await shots(intake.page, "columns");
  await intake.chooses(8, { [EXISTING]: "Column 2: New login", [TARGET]: "Column 2: New login" });
  const told = refused.getByRole("alert");
  await expect(told).toContainText("3 things need a correction");
  await expect(told.getByRole("link")).toHaveText([
    "Choose the column that holds the new usernames.",
    /^This column is chosen for usernames\. Choose another one/,
    /^Say whether the first line is a heading/,
  ]);
  await settled(intake.page, intake.scripts);
  await expect(refused.getByLabel(EXISTING)).toHaveValue("1");
  await expect(refused.getByLabel(TARGET)).toHaveAccessibleDescription(/This column is chosen for usernames/);
  await accessibleThere(intake.page, intake.scripts);
  await intake.chooses(8, {
    [EXISTING]: "Column 1: Old login", [NEW]: "Column 2: New login", [TARGET]: "Column 3: Where", [FIRST]: YES,
  });
  await mapping.isVersion(9);
  await expect(intake.first(9, 1)).toHaveText(["anna.lee", "anna.lee@contoso.com", "Local"]);
}

/** F-03: three columns of which nothing is known are a file without headings, unless a person says that the first line is one. */
async function saysThatItIsAHeading(intake: Intake, mapping: Mapping): Promise<void> {
  const text = "Old login;New login;Where\nanna.lee;anna.lee@contoso.com;Local\n";
  await intake.uploads("three.csv", Buffer.from(text));
  await mapping.isVersion(10);
  await expect(intake.first(10, 1)).toHaveText(["Old login", "New login", "Where"]);
  const version = intake.version(10);
  await expect(version).toContainText("The first line was read as a user: it holds no heading that is known.");
  await version.getByText("Say which column is which", { exact: true }).click();
  await expect(version.getByLabel(EXISTING)).toHaveValue("0");
  await accessibleThere(intake.page, intake.scripts);
  await intake.chooses(10, { [FIRST]: YES });
  await mapping.isVersion(11);
  await expect(intake.first(11, 1)).toHaveText(["anna.lee", "anna.lee@contoso.com", "Local"]);
  await accessibleThere(intake.page, intake.scripts);

  // F-29: the same bytes once more are the version that is shown, with what was said about them.
  await intake.uploads("three.csv", Buffer.from(text));
  await mapping.tells(intake.page.getByRole("main"), "This file was uploaded before, byte for byte. It stands here as version 11.");
  await settled(intake.page, intake.scripts);
  await expect(intake.first(11, 1)).toHaveText(["anna.lee", "anna.lee@contoso.com", "Local"]);
  await expect(intake.version(12)).toHaveCount(0);
  await accessibleThere(intake.page, intake.scripts);
}

test("a person says how a file is read, and sees how it was read", async ({
  page, browser, demo, scripts, visit, signIn, alive,
}) => {
  test.setTimeout(5 * 60_000);
  const { admin, mapping } = await beginsMapping({ page, demo, visit, signIn, alive, scripts }, browser);
  const intake = new Intake(admin, scripts);

  if (scripts) {
    // A file that is refused before its page is reached: the limit is said.
    const refuses = "**/user-mapping/file";
    await admin.route(refuses, (route) => route.fulfill({ status: 413, contentType: "text/plain", body: TOO_LARGE }));
    await intake.uploads("large.csv", Buffer.from(HEADINGS));
    await expect(admin.getByRole("alert").filter({ hasText: "100 MB" })).toHaveText(TOO_LARGE);
    await admin.unroute(refuses);
  }

  // F-12: both readings stand side by side, and one of them is chosen.
  const latin = Buffer.from(`${HEADINGS}\nM\xFCller,mueller@contoso.com,Local\nStra\xDFer,strasser@contoso.com,Local\n`, "latin1");
  await intake.uploads("latin.csv", latin);
  const asked = await intake.says(1, "The file is not UTF-8. Which lines read right?");
  const table = asked.getByRole("table", { name: "Lines of the file in each encoding" });
  await expect(table.getByRole("columnheader")).toHaveText(["Windows-1252 (Western European)", "UTF-8"]);
  const cells = table.getByRole("row").nth(1).getByRole("cell");
  await expect(cells).toHaveText(["Müller,mueller@contoso.com,Local", "M\uFFFDller,mueller@contoso.com,Local"]);
  await expect(table.getByRole("row").nth(2)).toContainText("Straßer");
  await shots(admin, "encoding");
  await asked.getByRole("button", { name: "Read it as Windows-1252 (Western European)" }).click();
  await mapping.isVersion(2);
  await expect(intake.first(2, 1)).toHaveText(["Müller", "mueller@contoso.com", "Local"]);
  await expect(intake.version(2)).toContainText("Read as Windows-1252 (Western European); separator: comma (,).");
  await expect(intake.version(2)).toContainText("a spreadsheet may run cells that begin like formulas");
  await shots(admin, "first-lines");
  await accessibleThere(admin, scripts);

  // F-14: with a wrong separator its lines stand as they are, and it is put right.
  await intake.separates(2, "tab");
  const wrong = await intake.says(3, "The file has no column existing_username");
  await expect(wrong.getByRole("listitem").nth(1)).toHaveText("Müller,mueller@contoso.com,Local");
  await intake.separates(3, "As detected");
  await mapping.isVersion(4);
  await expect(intake.first(4, 2)).toHaveText(["Straßer", "strasser@contoso.com", "Local"]);

  // F-09: the heading of a People export is asked about.
  await intake.uploads("export.csv", Buffer.from("username,new_username\nanna.lee,anna.lee@contoso.com\n"));
  const heading = await intake.says(5, "Does the column “username” hold the existing usernames?");
  await expect(heading.getByRole("listitem").first()).toHaveText("username,new_username");
  await shots(admin, "heading");
  await heading.getByRole("button", { name: "Yes, read it so" }).click();
  await mapping.isVersion(6);
  await expect(intake.first(6, 1)).toHaveText(["anna.lee", "anna.lee@contoso.com", ""]);

  // F-11: UTF-16 that does not say so.
  await intake.uploads("utf16.csv", Buffer.from(`${HEADINGS}\nJürgen,juergen@contoso.com,Local\n`, "utf16le"));
  await mapping.isVersion(7);
  await expect(intake.version(7)).toContainText("Read as UTF-16 (little endian)");
  await expect(intake.first(7, 1)).toHaveText(["Jürgen", "juergen@contoso.com", "Local"]);
  await accessibleThere(admin, scripts);

  await saysWhichIsWhich(intake, mapping);
  await saysThatItIsAHeading(intake, mapping);
  await admin.context().close();
});
