// Somebody else, in a browser of their own.
import { type Browser, type Page } from "@playwright/test";

import { type Demo, expect } from "./fixtures.ts";

/** A browser of somebody else: no session, and scripts or not as in this run. */
export async function otherBrowser(browser: Browser, demo: Demo, scripts: boolean): Promise<Page> {
  const context = await browser.newContext({ baseURL: demo.url, javaScriptEnabled: scripts });
  return await context.newPage();
}

/** Signs in by the form there. */
export async function signInThere(page: Page, email: string, password: string): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Waits until a page that was opened there can be used. */
export async function settled(page: Page, scripts: boolean): Promise<void> {
  if (scripts) {
    await expect(page.locator("body[data-hydrated]")).toBeAttached();
  }
}
