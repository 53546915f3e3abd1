// The people of the console: invited by a link, accepted in another browser, changed, removed, brought back.
import { type Page } from "@playwright/test";

import { newCustomer } from "../support/customer.ts";
import { expect, test } from "../support/fixtures.ts";
import { letterTo } from "../support/mail.ts";
import { otherBrowser } from "../support/others.ts";

const PASSWORD = "correct horse battery staple";

/** The link that the page shows once. */
async function handedLink(page: Page): Promise<string> {
  const link = page.getByRole("status").locator("code");
  await expect(link).toContainText("http");
  return (await link.textContent())!;
}

/** The row of somebody, by name or e-mail address. */
function row(page: Page, who: string) {
  return page.getByRole("row").filter({ hasText: who });
}

async function invite(page: Page, email: string, role: string): Promise<string> {
  const form = page.getByRole("region", { name: "Invite somebody" });
  await form.getByLabel("E-mail address").fill(email);
  await form.getByLabel("Role").selectOption(role);
  await form.getByRole("button", { name: "Invite" }).click();
  return await handedLink(page);
}

async function join(page: Page, link: string, name: string): Promise<void> {
  await page.goto(link);
  await page.getByLabel("Your name").fill(name);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Accept and sign in" }).click();
  await expect(page).not.toHaveURL(/invitation/);
}

test.describe("a customer's team", () => {
  test("grows by an invitation that works once, and whoever is removed is signed out", async ({
    page, browser, request, demo, scripts, visit, signIn, alive, accessible,
  }) => {
    test.slow();
    const base = await newCustomer({ page, demo, visit, signIn, alive }, "Team grows");
    await page.getByRole("navigation", { name: "Customer" }).getByRole("link", { name: "Team", exact: true }).click();
    await expect(page).toHaveURL(`${demo.url}${base}/team`);
    await alive();
    const email = `nora-${scripts}@northwind.example`;
    const link = await invite(page, email, "Customer admin");
    await expect(row(page, email)).toContainText("Waiting");
    await accessible();
    // Shown once.
    await visit(`${base}/team`);
    await expect(page.getByText(link)).toHaveCount(0);

    const letter = await letterTo(request, demo, email, "You are invited to User Sync");
    expect(letter.text, "the same link goes by mail").toContain(link);

    const nora = await otherBrowser(browser, demo, scripts);
    // Looking uses nothing up, and a poor password keeps what was typed.
    await nora.goto(link);
    await expect(nora.getByText("Sam Staff invites you to look after the people of Team grows")).toBeVisible();
    await expect(nora.getByLabel("E-mail address")).toHaveValue(email);
    await nora.getByLabel("Your name").fill("Nora North");
    await nora.getByLabel("Password").fill("short");
    await nora.getByRole("button", { name: "Accept and sign in" }).click();
    await expect(nora.getByRole("alert")).toContainText("A password needs at least 12 characters");
    await expect(nora.getByLabel("Your name")).toHaveValue("Nora North");
    await join(nora, link, "Nora North");
    await expect(nora.getByRole("heading", { level: 1, name: "Team grows" })).toBeVisible();
    // An admin manages her own team; her own row offers nothing that would lock her out.
    await nora.goto(`${base}/team`);
    await expect(row(nora, "Nora North")).toContainText("(you)");
    await expect(row(nora, "Nora North").getByRole("button")).toHaveCount(0);
    expect((await nora.goto("/team"))?.status()).toBe(403);

    const second = await otherBrowser(browser, demo, scripts);
    expect((await second.goto(link))?.status(), "the link is used up").toBe(404);
    await expect(second.getByRole("heading", { name: "This link does not work any more" })).toBeVisible();

    await visit(`${base}/team`);
    await expect(row(page, "Nora North")).toContainText("Customer admin");
    await row(page, "Nora North").getByText("Change", { exact: false }).first().click();
    await row(page, "Nora North").getByRole("button", { name: "Make viewer" }).click();
    await expect(page.getByText("The role is changed.")).toBeVisible();
    await expect(row(page, "Nora North")).toContainText("Viewer");
    await alive();
    // A viewer sees the team and changes nothing.
    await nora.goto(`${base}/team`);
    await expect(nora.getByRole("button", { name: "Invite" })).toHaveCount(0);
    await expect(row(nora, "Nora North")).toBeVisible();

    await row(page, "Nora North").getByText("Change", { exact: false }).first().click();
    await row(page, "Nora North").getByRole("button", { name: "Remove" }).click();
    await expect(page.getByText("They are signed out and cannot sign in any more.")).toBeVisible();
    await expect(row(page, "Nora North")).toContainText("Removed");
    await alive();
    await accessible();
    await nora.goto(`${base}/team`);
    await expect(nora).toHaveURL(/\/sign-in/);

    await row(page, "Nora North").getByRole("button", { name: "Bring back" }).click();
    await expect(row(page, "Nora North")).toContainText("Active");
    await nora.context().close();
    await second.context().close();
  });

  test("replaces and takes back invitations, and refuses an address that has an account", async ({
    page, browser, demo, scripts, visit, signIn, alive, accessible,
  }) => {
    const base = await newCustomer({ page, demo, visit, signIn, alive }, "Team invites");
    await visit(`${base}/team`);
    const email = `olaf-${scripts}@northwind.example`;
    const first = await invite(page, email, "Viewer");
    await alive();
    await row(page, email).getByRole("button", { name: "Send again" }).click();
    const again = await handedLink(page);
    expect(again).not.toBe(first);
    await alive();
    const olaf = await otherBrowser(browser, demo, scripts);
    expect((await olaf.goto(first))?.status()).toBe(404);
    expect((await olaf.goto(again))?.status()).toBe(200);
    await row(page, email).getByRole("button", { name: "Take back" }).click();
    await expect(page.getByText("The invitation is taken back.")).toBeVisible();
    await alive();
    expect((await olaf.goto(again))?.status()).toBe(404);
    const form = page.getByRole("region", { name: "Invite somebody" });
    await form.getByLabel("E-mail address").fill(demo.account("viewer").email);
    await form.getByRole("button", { name: "Invite" }).click();
    await expect(page.getByRole("alert")).toContainText("There is an account with this e-mail address already.");
    await expect(form.getByLabel("E-mail address")).toHaveValue(demo.account("viewer").email);
    await alive();
    await accessible();
    await olaf.context().close();
  });
});

test.describe("the staff", () => {
  test("have a team of their own, by way of the menu", async ({ page, demo, signIn, alive, accessible }) => {
    await signIn("staff");
    await page.locator(".menu summary").click();
    await accessible();
    await page.getByRole("link", { name: "Team", exact: true }).click();
    await alive();
    await expect(row(page, demo.account("staff").email)).toContainText("(you)");
    await expect(page.getByRole("region", { name: "Invite somebody" })).toBeVisible();
    await accessible();
  });
});
