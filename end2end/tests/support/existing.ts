// A customer with people, up to the user mapping: staff do their steps in one browser, the customer's admin in another one.
import { type Browser, type Page } from "@playwright/test";

import { type Hands, chooseGroup, recordConfiguration, recordStaffSteps, testSync } from "./customer.ts";
import { expect } from "./fixtures.ts";
import { Mapping } from "./mapping.ts";
import { otherBrowser, settled, signInThere } from "./others.ts";

/** Everything before the user mapping; nothing is written to People. */
export async function comesToMapping(
  hands: Hands & { scripts: boolean },
  admin: Page,
  base: string,
  kind: "entra" | "okta",
): Promise<void> {
  const there = async (path: string): Promise<void> => {
    await admin.goto(path);
    await settled(admin, hands.scripts);
  };
  await recordStaffSteps(hands, base);
  await there(`${base}/local-admin`);
  await admin.getByRole("button", { name: "break-glass has just signed in" }).click();
  await expect(admin.locator(".step-state")).toContainText("Done");

  const provider = hands.demo.provider(kind) as unknown as Record<string, string>;
  await there(`${base}/provider?provider=${kind}`);
  if (kind === "entra") {
    await admin.getByLabel("Cloud").selectOption({ value: provider["cloud"]! });
    await admin.getByLabel("Directory (tenant) ID").fill(provider["tenant"]!);
    await admin.getByLabel("Application (client) ID").fill(provider["client_id"]!);
    await admin.getByLabel("Client secret: its Value").fill(provider["client_secret"]!);
  } else {
    await admin.getByRole("radio", { name: /^API token/ }).check();
    await admin.getByLabel("Okta domain").fill(provider["domain"]!);
    await admin.getByLabel("API token", { exact: true }).fill(provider["api_token"]!);
  }
  await admin.getByRole("button", { name: "Save" }).click();
  await expect(admin.getByText("Saved. The next test and the next run use these values.")).toBeVisible();
  await there(`${base}/provider?provider=${kind}`);
  await admin.getByRole("button", { name: "Test connection" }).click();
  await expect(admin.getByRole("region", { name: "Connection test" }).locator(".stage").nth(3)).toContainText("Passed");

  // The old directory is named, and the answer counts its people.
  await there(`${base}/existing`);
  await expect(admin.getByText("Active Directory (contoso.local)").first()).toBeVisible();
  await admin.getByLabel("Yes, people work here already").check();
  await admin.getByRole("button", { name: "Save the answer" }).click();
  await expect(admin.locator(".verdict")).toHaveText(/^Yes: \d+ accounts beside the local administrators\./);
  const theirs = { ...hands, page: admin, visit: there };
  await chooseGroup(theirs, base, provider["scope_group"]!);
  await testSync(theirs, base);
  await recordConfiguration(admin, there, base);
}

/** The customer's admin, in a browser of their own, at a customer that is to begin the user mapping. */
export async function beginsMapping(
  hands: Hands & { scripts: boolean },
  browser: Browser,
): Promise<{ admin: Page; path: string; mapping: Mapping }> {
  const account = hands.demo.account("customer_admin");
  const base = `/c/${account.customer}`;
  await hands.signIn("staff");
  const admin = await otherBrowser(browser, hands.demo, hands.scripts);
  await signInThere(admin, account.email, account.password);
  await expect(admin.getByRole("heading", { level: 1, name: "Contoso Ltd" })).toBeVisible();
  await comesToMapping(hands, admin, base, "entra");
  const path = `${base}/user-mapping`;
  await admin.goto(path);
  await settled(admin, hands.scripts);
  return { admin, path, mapping: new Mapping(admin, hands.scripts) };
}
