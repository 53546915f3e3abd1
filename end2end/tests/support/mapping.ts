// The page of the user mapping, as a customer admin works on it.
import type { Locator, Page } from "@playwright/test";

import { expect } from "./fixtures.ts";
import { pressed, tabbedTo } from "./keyboard.ts";
import { settled } from "./others.ts";

/** Pictures to look at, where a folder for them is named: phone, desk, wide; light and dark. */
export async function shots(page: Page, name: string): Promise<void> {
  const folder = process.env["USERSYNC_SHOTS"];
  if (!folder) return;
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of [360, 1920, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      await page.screenshot({ path: `${folder}/${name}-${width}-${colorScheme}.png`, fullPage: true });
    }
  }
}

/** What may be chosen as a file. */
type Files = Parameters<Locator["setInputFiles"]>[0];

/** How the review stands, in a word: its forms and what was decided before have the same words in other places. */
export function reviewState(page: Page): Locator {
  return page.getByRole("region", { name: /^Review of version/ }).locator("header .state");
}

/** The form that writes a line: the one that renames somebody aside has fields of the same names. */
export function lineForm(page: Page): Locator {
  return page.getByRole("form", { name: "Correct this line" });
}

export class Mapping {
  readonly page: Page;
  readonly scripts: boolean;
  private version = 0;

  constructor(page: Page, scripts: boolean) {
    this.page = page;
    this.scripts = scripts;
  }

  /** The newest version, as far as it was waited for. */
  get newest(): number {
    return this.version;
  }

  /** Goes on with the version that the page shows. */
  async continues(): Promise<void> {
    const heading = this.page.getByRole("heading", { level: 2, name: /^Version \d+$/ });
    await this.isVersion(Number((await heading.textContent())?.replace(/\D+/g, "")));
  }

  /** Waits until this version is checked. */
  async isVersion(number: number): Promise<void> {
    this.version = number;
    const region = this.page.getByRole("region", { name: `Version ${number}`, exact: true });
    await expect(async () => {
      if (!this.scripts) await this.page.reload();
      await expect(region.getByText(/lines?: /).first()).toBeVisible({ timeout: 2_000 });
    }).toPass({ timeout: 60_000 });
    await settled(this.page, this.scripts);
  }

  /** What is said about one cause, with its corrections. */
  cause(title: string): Locator {
    return this.page.locator(".cause", { has: this.page.getByRole("heading", { name: title }) }).first();
  }

  /** Mends a cause by one of its buttons. */
  async mend(title: string, button: string, value?: { label: string; text?: string; option?: string }): Promise<void> {
    const cause = this.cause(title);
    const form = cause.locator("form", { has: this.page.getByRole("button", { name: button }) });
    if (value?.text) await form.getByLabel(value.label).fill(value.text);
    if (value?.option) await form.getByLabel(value.label).selectOption({ label: value.option });
    await form.getByRole("button", { name: button }).click();
    await this.isVersion(this.version + 1);
  }

  /** The first line with a finding; gives its panel. */
  async opensFirst(title: string): Promise<Locator> {
    await this.cause(title).getByRole("link", { name: /^See/ }).click();
    const list = this.page.getByRole("region", { name: title, exact: true });
    await list.getByRole("rowheader").first().getByRole("link").click();
    const line = this.page.getByRole("region", { name: /^Line \d+$/ });
    await expect(line).toBeVisible();
    await settled(this.page, this.scripts);
    return line;
  }

  /** An account without a line has a username that somebody else is to have (P-10): it gets another one. */
  async renamesAside(title: string): Promise<void> {
    const line = await this.opensFirst(title);
    const form = line.getByRole("form", { name: "Rename whoever has the username" });
    const today = await form.locator('input[name="existing"]').inputValue();
    await form.getByLabel("New username", { exact: true }).fill(`old.${today}`);
    await form.getByRole("button", { name: "Rename it aside" }).click();
    await this.isVersion(this.version + 1);
    await expect(this.cause(title)).toHaveCount(0);
  }

  /** The first line with a finding, without a mouse; its table says what each cell is to those who do not see it. */
  async opensByKeyboard(title: string): Promise<void> {
    // From the top of the page, however much stands below it.
    await this.page.goto(new URL(this.page.url()).pathname);
    await settled(this.page, this.scripts);
    await pressed(this.page, this.cause(title).getByRole("link", { name: /^See/ }), this.scripts);
    await settled(this.page, this.scripts);
    const table = this.page.getByRole("table", { name: "Lines with this finding" });
    const headers = ["Line", "Existing username", "New username", "Target directory", "What to do"];
    await expect(table.getByRole("columnheader")).toHaveText(headers);
    const line = table.getByRole("rowheader").first();
    await expect(line).toHaveAccessibleName(/^Line \d+$/);
    const name = (await line.textContent()) ?? "";
    await pressed(this.page, line.getByRole("link"), this.scripts);
    await settled(this.page, this.scripts);
    await expect(this.page.getByRole("heading", { level: 2, name, exact: true })).toBeVisible();
  }

  /** A line in another tab, which does not see what is corrected here. */
  private async opensBeside(line: number): Promise<Page> {
    const tab = await this.page.context().newPage();
    await tab.goto(`${new URL(this.page.url()).pathname}?line=${line}`);
    await settled(tab, this.scripts);
    return tab;
  }

  /** What is typed into a form of an older version is told, and stands in no form: the line may be somebody else's by now. */
  private async isRefused(older: Page, button: string, label: string, text: string): Promise<void> {
    const form = older.locator("form", { has: older.getByRole("button", { name: button }) });
    await form.getByLabel(label, { exact: true }).fill(text);
    await form.getByRole("button", { name: button }).click();
    await expect(older.getByText("What you wrote was not saved:")).toBeVisible();
    // However many causes stand above: the page opens at the refusal.
    await expect(older.getByRole("status").and(older.locator(":focus"))).toBeInViewport();
    await expect(older.locator(".said", { hasText: text })).toContainText("Line 2: ");
    await expect(form.getByLabel(label, { exact: true })).not.toHaveValue(text);
    await older.close();
  }

  /** Everything the demo's file has wrong: by cause where a button does it, one line by hand. */
  async mendsEverything(): Promise<void> {
    // A line that cannot be read is written anew, or goes.
    await this.opensByKeyboard("Too many cells");
    await shots(this.page, "line");
    const beside = [await this.opensBeside(2), await this.opensBeside(2)] as const;
    await pressed(this.page, this.page.getByRole("button", { name: "Remove this line" }), this.scripts);
    await this.isVersion(this.version + 1);
    await this.isRefused(beside[0], "Save and check", "New username", "somebody.else@contoso.com");
    await this.isRefused(beside[1], "Add the remark", "Your remark", "Is this still the same line?");
    await this.mend("The domain in front of usernames", "Write the accounts’ usernames");
    await this.mend("No such account in People", "Remove the lines");
    await this.mend("E-mail addresses in place of usernames", "Write the accounts’ usernames");
    await this.mend("Zeros in front were lost", "Write the accounts’ usernames");
    await this.mend("The other attribute of the directory", "Write the directory’s usernames");
    await this.mend("The username belongs to an account without a line", "Write the proposed usernames");
    await this.renamesAside("The username belongs to a blocked account");
    await this.mend("One new username for several accounts", "Write the proposed usernames");
    await this.mend("No existing username", "Remove the lines");
    await this.mend("Addresses with something around", "Keep only the address");
    await this.mend("No new username", "Write the proposed usernames");
    await this.mend("Blanks inside new usernames", "Write the proposed usernames");
    await this.mend("Words for leavers as target", "Change the target directory", { label: "It means", option: "Microsoft Entra ID" });
    await this.mend("The local administrator for emergencies", "Make the accounts local");
    await this.mend("A domain that nobody has", "Change the domain", { label: "Domain of the directory", text: "contoso.com" });
    await this.opensByKeyboard("Unknown target directory");
    const target = lineForm(this.page).getByLabel("Target directory", { exact: true });
    await expect(target).toHaveAccessibleDescription(/“Warehouse” is no directory that is known here/);
    await tabbedTo(this.page, target);
    await this.page.keyboard.type("Local");
    await pressed(this.page, this.page.getByRole("button", { name: "Save and check" }), this.scripts);
    await this.isVersion(this.version + 1);
    await this.mend("Target directory with two meanings", "Change the target directory", { label: "It means", option: "Microsoft Entra ID" });
    await this.mend("Target directory misspelt", "Change the target directory", { label: "It means", option: "Microsoft Entra ID" });
    await this.mend("The names differ", "Write the proposed usernames");
  }

  /** Certain proposals together, an administrator by name, the rest local. */
  async decidesAboutEverybody(): Promise<void> {
    const panel = this.page.getByRole("region", { name: "Undecided accounts", exact: true });
    await shots(this.page, "undecided");
    for (const name of [/^Accept/, /^(Keep|Make) local/]) {
      while (await panel.getByRole("button", { name }).first().isVisible()) {
        await panel.getByRole("button", { name }).first().click();
        await this.isVersion(this.version + 1);
      }
    }
    await expect(panel).toHaveCount(0);
  }

  /** Without any file: proposals by class, the rest together, and administrators by name. */
  async decidesWithoutAFile(): Promise<void> {
    await this.page.getByRole("button", { name: "Begin without a file" }).click();
    await this.isNext();
    const panel = this.page.getByRole("region", { name: "Undecided accounts", exact: true });
    await shots(this.page, "proposals");
    const accept = panel.getByRole("button", { name: /^Accept \d+ proposals?/ });
    await expect(accept.first()).toBeVisible();
    while (await accept.first().isVisible()) {
      await accept.first().click();
      await this.isVersion(this.version + 1);
    }
    await panel.getByText("Decide about everybody who is left").click();
    await panel.getByRole("button", { name: /^(Keep|Make) everybody local$/ }).click();
    await this.isVersion(this.version + 1);
    await this.decidesAboutEverybody();
    // What an earlier attempt to synchronise left behind has somebody's username.
    await this.renamesAside("The username belongs to a blocked account");
  }

  /** The next version came by a file. */
  async uploads(file: Files): Promise<void> {
    await this.page.getByLabel("CSV file").setInputFiles(file);
    await this.page.getByRole("button", { name: "Upload and check" }).click();
    await this.isVersion(this.version + 1);
  }

  /** However much stands above: the page opens at what it says was done, in this part of it. */
  async tells(part: Locator, words: string): Promise<void> {
    const told = part.getByRole("status").filter({ hasText: words });
    await expect(told.and(this.page.locator(":focus"))).toBeInViewport({ timeout: 30_000 });
  }

  /** Waits until the next version is checked. */
  async isNext(): Promise<void> {
    await this.isVersion(this.version + 1);
  }

  /** Looks at the versions before, over more than one page of them. */
  async looksBack(): Promise<void> {
    const versions = this.page.getByRole("region", { name: "Earlier versions", exact: true });
    const numbers = versions.getByRole("rowheader");
    // To and fro, until there are enough: after every second turn the mapping is what it was.
    for (let turn = 0; this.version < 32 || turn % 2 === 1; turn += 1) {
      const before = new RegExp(`^Take it up again.*version ${this.version - 1}$`);
      await versions.getByRole("button", { name: before }).click();
      await this.isVersion(this.version + 1);
    }
    await expect(numbers).toHaveCount(30);
    await expect(numbers.first()).toHaveText(String(this.version - 1));
    await versions.getByRole("link", { name: "Next page" }).click();
    await expect(this.page).toHaveURL(/before=/);
    await settled(this.page, this.scripts);
    await expect(numbers.first()).toHaveText(String(this.version - 31));
    await expect(versions.getByRole("link", { name: "Back to the start" })).toBeVisible();
  }

  async submits(): Promise<void> {
    const panel = this.page.getByRole("region", { name: "Submit for review" });
    for (const box of await panel.getByRole("checkbox").all()) await box.check();
    await panel.getByRole("button", { name: "Submit for review" }).click();
    await expect(reviewState(this.page)).toHaveText("With the deployment team");
  }
}
