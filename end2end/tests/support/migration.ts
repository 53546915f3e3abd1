// The page of the directory migration, as staff work on it.
import type { Locator, Page } from "@playwright/test";

import { expect } from "./fixtures.ts";
import { settled } from "./others.ts";

export class Migration {
  readonly page: Page;
  readonly scripts: boolean;
  readonly path: string;

  constructor(page: Page, scripts: boolean, base: string) {
    this.page = page;
    this.scripts = scripts;
    this.path = `${base}/migration`;
  }

  region(name: string | RegExp): Locator {
    return this.page.getByRole("region", { name, exact: typeof name === "string" });
  }

  async opens(): Promise<void> {
    await this.page.goto(this.path);
    await settled(this.page, this.scripts);
  }

  /** Waits for what a job makes; the page looks again by itself, or is loaded again. */
  async waitsFor(what: Locator, text: string | RegExp): Promise<void> {
    await expect(async () => {
      if (!this.scripts) await this.page.goto(this.path);
      await expect(what).toContainText(text, { timeout: 2_500 });
    }).toPass({ timeout: 60_000 });
    await settled(this.page, this.scripts);
  }

  /** A plan of the approved mapping, and its number. */
  async plans(): Promise<number> {
    await this.page.getByRole("button", { name: "Make a plan" }).click();
    const plan = this.region(/^Plan \d+$/);
    await this.waitsFor(plan, /accounts? (are renamed|get another directory)/);
    return Number((await plan.getByRole("heading", { level: 2 }).textContent())?.replace(/\D+/g, ""));
  }

  /** The first sync, rehearsed; whoever would be lost or duplicated is accepted by name. */
  async rehearses(): Promise<void> {
    const rehearsal = this.region("Rehearsal");
    await rehearsal.getByRole("button", { name: "Rehearse" }).click();
    await this.waitsFor(rehearsal, /people continue/);
    for (const outcome of ["Would lose access", "Would be duplicated"]) {
      const tile = rehearsal.getByRole("link", { name: outcome });
      if ((await tile.textContent())?.startsWith("0")) continue;
      await tile.click();
      await settled(this.page, this.scripts);
      const accept = rehearsal.getByRole("button", { name: /^Accept :/ });
      while (await accept.first().isVisible()) {
        await rehearsal.getByLabel("Why it is all right").first().fill("Known: looked at together.");
        await accept.first().click();
        await settled(this.page, this.scripts);
      }
    }
    await expect(this.region("Before it runs")).toContainText("The rehearsal is of this plan");
  }

  async notesBackup(): Promise<void> {
    await this.page.getByLabel("Which backup, and who made sure").fill("Dump of this morning, restored by Sam on a spare machine.");
    await this.page.getByRole("button", { name: "Put on record" }).click();
    await settled(this.page, this.scripts);
  }

  /** Begins now, and waits until it is done. */
  async starts(): Promise<void> {
    await this.page.getByLabel("When", { exact: true }).selectOption("now");
    await this.page.getByLabel("who of the customer agrees").fill("Anna Admin, on the phone.");
    await this.page.getByRole("button", { name: "Start the migration" }).click();
    await this.waitsFor(this.region(/^Migration \d+/).first(), "All accounts are as planned.");
  }
}
