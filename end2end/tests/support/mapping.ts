// The page of the user mapping, as a customer admin works on it.
import type { Locator, Page } from "@playwright/test";

import { expect } from "./fixtures.ts";
import { settled } from "./others.ts";

export async function shots(page: Page, name: string): Promise<void> {
  const folder = process.env["USERSYNC_SHOTS"];
  if (!folder) return;
  for (const width of [360, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    await page.screenshot({ path: `${folder}/${name}-${width}.png`, fullPage: true });
  }
}

export class Mapping {
  readonly page: Page;
  readonly scripts: boolean;
  private version = 0;

  constructor(page: Page, scripts: boolean) {
    this.page = page;
    this.scripts = scripts;
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

  /** Everything the demo's file has wrong. */
  async mendsEverything(domain: string): Promise<void> {
    console.log(await this.page.locator("#found").locator("xpath=../..").innerText());
    console.log(domain);
  }

  async decidesAboutEverybody(): Promise<void> {}

  async submits(): Promise<void> {
    const panel = this.page.getByRole("region", { name: "Submit for review" });
    for (const box of await panel.getByRole("checkbox").all()) await box.check();
    await panel.getByRole("button", { name: "Submit for review" }).click();
    await expect(this.page.getByRole("region", { name: /^Review of version/ })).toContainText("With the deployment team");
  }
}
