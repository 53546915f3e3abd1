// A customer of one's own for a test: created by staff, connected to a simulated provider, with a security group.
import { type Locator, type Page } from "@playwright/test";

import { type Demo, expect } from "./fixtures.ts";

/** What a test needs from its fixtures. */
export interface Hands {
  page: Page;
  demo: Demo;
  visit: (path: string) => Promise<void>;
  signIn: (who: string) => Promise<void>;
  alive: () => Promise<void>;
}

/** Signs in as staff and creates a customer; gives the address of its pages, `/c/...`. */
export async function newCustomer({ page, signIn, alive }: Hands, name: string): Promise<string> {
  await signIn("staff");
  await page.getByRole("heading", { name: "Add a customer" }).click();
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByRole("button", { name: "Add the customer" }).click();
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
  await alive();
  return new URL(page.url()).pathname;
}

/** A new customer that follows the simulated Entra tenant. */
export async function connectedCustomer(hands: Hands, name: string): Promise<string> {
  const { page, demo, visit } = hands;
  const base = await newCustomer(hands, name);
  const entra = demo.provider("entra") as unknown as Record<string, string>;
  await visit(`${base}/provider?provider=entra`);
  const cloud = page.getByLabel("Cloud");
  if ((await cloud.count()) > 0) {
    await cloud.selectOption({ value: entra["cloud"]! });
  }
  await page.getByLabel("Directory (tenant) ID").fill(entra["tenant"]!);
  await page.getByLabel("Application (client) ID").fill(entra["client_id"]!);
  await page.getByLabel("Client secret: its Value").fill(entra["client_secret"]!);
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved. The next test and the next run use these values.")).toBeVisible();
  await hands.alive();
  await page.getByRole("button", { name: "Test connection" }).click();
  const stages = page.getByRole("region", { name: "Connection test" }).locator(".stage");
  await expect(stages.nth(3)).toContainText("Passed");
  await hands.alive();
  return base;
}

/** Step 3: there is nobody to map and migrate, so runs may write. */
export async function brandNew({ page, visit }: Hands, base: string): Promise<void> {
  await visit(`${base}/existing`);
  await page.getByLabel("No, the intranet is brand new").check();
  await page.getByRole("button", { name: "Save the answer" }).click();
  await expect(page.getByText("Brand new: the sync makes everybody.").first()).toBeVisible();
}

/** Chooses the group whose members are synchronised, as a person does: search, add. */
export async function chooseGroup({ page, visit }: Hands, base: string, name: string): Promise<void> {
  await visit(`${base}/groups`);
  await page.getByLabel("Name of the group").fill(name);
  await page.getByRole("button", { name: "Search" }).click();
  await page.getByRole("button", { name: `Add ${name}`, exact: true }).click();
  await expect(chosenGroups(page).getByText(name, { exact: true })).toBeVisible();
}

/** The panel of the groups chosen so far. */
export function chosenGroups(page: Page) {
  return page.getByRole("region", { name: "Synchronised groups" });
}

/**
 * Waits for the run on the page to end or to be held. Without scripts the page loads itself again after some seconds;
 * here an impatient person does.
 */
export async function runEnded(page: Page, heading: RegExp): Promise<void> {
  const title = page.getByRole("heading", { level: 1 });
  const reloads = page.locator('meta[http-equiv="refresh"]');
  await expect(async () => {
    if (await reloads.count()) {
      await page.reload();
    }
    await expect(title).toHaveText(heading, { timeout: (await reloads.count()) ? 250 : 45_000 });
  }).toPass({ intervals: [250], timeout: 45_000 });
}

/** The first test sync: before it nothing can be mapped. */
export async function testSync({ page, visit }: Hands, base: string): Promise<void> {
  await visit(`${base}/test-sync`);
  await page.getByRole("button", { name: "Start the test sync" }).click();
  await runEnded(page, /is complete/);
}

/** Starts a run on the page of runs and waits for its end. Gives the address of the run. */
export async function runTo({ page, visit }: Hands, base: string, button: string, heading: RegExp): Promise<string> {
  await visit(`${base}/runs`);
  await page.getByRole("button", { name: button }).click();
  await expect(page).toHaveURL(new RegExp(`${base}/runs/\\d+`));
  await runEnded(page, heading);
  return new URL(page.url()).pathname;
}

/** The row of a step in the task list. */
export function task(page: Page, name: string): Locator {
  return page.locator(".tasks > li").filter({ has: page.getByRole("link", { name }) });
}

/** Staff record their two steps that nobody can look up: Login Handler and module. */
export async function recordStaffSteps({ page, visit, alive }: Hands, base: string): Promise<void> {
  for (const [step, button] of [["login-handler", "Record as present"], ["module", "Record as deployed"]] as const) {
    await visit(`${base}/${step}`);
    await page.getByLabel("Evidence").fill("Seen on the intranet.");
    await page.getByRole("button", { name: button }).click();
    await expect(page.locator(".step-state")).toContainText("Done");
    await alive();
  }
}

/** A look at the data mapping, and no groups on purpose. */
export async function recordConfiguration(page: Page, go: (path: string) => Promise<void>, base: string): Promise<void> {
  for (const [step, button] of [["data-mapping", "Record as checked"], ["group-sync", "Record: none, on purpose"]] as const) {
    await go(`${base}/${step}`);
    await page.getByRole("button", { name: button }).click();
    await expect(page.getByText("It is on record.")).toBeVisible();
  }
}
