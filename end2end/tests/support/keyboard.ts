// Work without a mouse.
import type { Locator, Page } from "@playwright/test";

import { expect } from "./fixtures.ts";

/** More stops than this are no way to get anywhere. */
const STOPS = 90;

/** Goes from one stop to the next until it is there. */
export async function tabbedTo(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible();
  const reached = target.and(page.locator(":focus"));
  for (let stop = 0; stop < STOPS; stop += 1) {
    await page.keyboard.press("Tab");
    if ((await reached.count()) > 0) return;
  }
  await expect(target, `is not among the next ${STOPS} stops of the keyboard`).toBeFocused({ timeout: 1 });
}

/** Goes to a link or button, and presses it. Without scripts it always leads to another page: that is waited for. */
export async function pressed(page: Page, target: Locator, scripts: boolean): Promise<void> {
  await tabbedTo(page, target);
  const there = scripts ? undefined : page.waitForEvent("framenavigated");
  await page.keyboard.press("Enter");
  await there;
}
