// A time that both sides agree on, each in its own time zone; the details beside the board; the warning before an edit.
import { type Page } from "@playwright/test";

import { connectedCustomer, newCustomer } from "../support/customer.ts";
import { expect, test } from "../support/fixtures.ts";
import { otherBrowser, signInThere } from "../support/others.ts";

/** A day some weeks ahead, as a date field has it: never one on which clocks change. */
function ahead(): string {
  const day = new Date(Date.now() + 30 * 86_400_000);
  const month = day.getUTCMonth();
  // Clocks change in March, April, October and November at the latest: the fifteenth is never such a day.
  return `${day.getUTCFullYear()}-${String(month + 1).padStart(2, "0")}-15`;
}

function future(): string {
  const day = ahead();
  return new Date(`${day}T00:00:00Z`).getTime() > Date.now() + 86_400_000 ? day : `${Number(day.slice(0, 4)) + 1}${day.slice(4)}`;
}

async function propose(page: Page, start: string, zone: string): Promise<void> {
  await page.getByRole("heading", { name: /^Propose/ }).click();
  await page.getByLabel("Day", { exact: true }).fill(future());
  await page.getByLabel("Start").fill(start);
  await page.getByLabel("Length").selectOption({ label: "2 hours" });
  await page.getByLabel("Time zone of these").selectOption(zone);
  await page.getByRole("button", { name: "Propose this time" }).click();
}

async function readIn(page: Page, zone: string): Promise<void> {
  await page.getByText(/^Times are shown in/).click();
  await page.getByLabel("Your time zone").selectOption(zone);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText(`Times are shown in ${zone}.`)).toBeVisible();
}

test.describe("appointments", () => {
  test("are proposed, countered and agreed, and each side reads its own time", async ({
    page, demo, browser, scripts, visit, signIn, alive, accessible,
  }) => {
    test.slow();
    const admin = demo.account("customer_admin");
    const module = `/c/${admin.customer}/module`;
    await signIn("staff");
    await visit(module);
    const appointment = page.getByRole("region", { name: "Appointment: Module deployment" });
    await expect(appointment).toContainText("No time is proposed yet.");
    await readIn(page, "Europe/London");
    await alive();
    await accessible();
    await propose(page, "14:00", "Europe/London");
    await expect(appointment).toContainText(/14:00–16:00 your time\. Waiting for Contoso Ltd to answer\./);
    await alive();
    await accessible();

    const context = await browser.newContext({ javaScriptEnabled: scripts });
    const theirs = await context.newPage();
    await theirs.goto(`${demo.url}/sign-in`);
    await theirs.getByLabel(/e-?mail/i).fill(admin.email);
    await theirs.getByLabel(/password/i).fill(admin.password);
    await theirs.getByRole("button", { name: "Sign in" }).click();
    await expect(theirs.getByText("Module deployment.").first()).toBeVisible();
    await theirs.goto(`${demo.url}${module}`);
    const asked = theirs.getByRole("region", { name: "Appointment: Module deployment" });
    await readIn(theirs, "America/New_York");
    await expect(asked).toContainText(/The deployment team proposes .* your time \(14:00 in London\)\. Does it suit you\?/);
    // Declining needs a reason.
    await theirs.getByRole("button", { name: "Decline" }).click();
    await expect(theirs.getByRole("alert")).toContainText("Say why, so that the other side knows what to do.");
    await propose(theirs, "10:00", "America/New_York");
    await expect(asked).toContainText(/10:00–12:00 your time\. Waiting for the deployment team to answer\./);

    await visit("/?show=ours");
    const row = page.getByRole("row", { name: /Contoso Ltd/ });
    await expect(row).toContainText(/Module deployment, /);
    await visit(module);
    await expect(appointment).toContainText(/Contoso Ltd proposes .* \(10:00 in New York\)\. Does it suit you\?/);
    await page.getByRole("button", { name: "Agree", exact: true }).click();
    await expect(appointment).toContainText(/Agreed for .* your time \(10:00 in New York\)\./);
    await alive();
    await accessible();
    await page.getByRole("heading", { name: "What was said about the time" }).click();
    await expect(page.locator("details", { hasText: "What was said about the time" }).getByRole("listitem")).toHaveCount(3);

    const file = await page.request.get(`${module.replace("module", "appointments/module-deployment.ics")}`);
    expect(file.headers()["content-type"]).toContain("text/calendar");
    expect(await file.text()).toContain(`DTSTART:${future().replaceAll("-", "")}T1`);
    await theirs.goto(`${demo.url}/c/${admin.customer}`);
    await expect(theirs.getByRole("listitem").filter({ hasText: "User sync module" }).last()).toContainText(
      /Agreed for .*, 10:00–12:00 your time\./,
    );
    await context.close();
  });

  test("say what is wrong with a time, and keep what was typed", async ({
    page, demo, visit, signIn, alive, accessible,
  }) => {
    const viewer = demo.account("viewer");
    await signIn("staff");
    await visit(`/c/${viewer.customer}/migration`);
    await page.getByRole("heading", { name: "Propose a time" }).click();
    // The last Sunday of March: clocks in London go from 01:00 to 02:00.
    const year = new Date().getUTCFullYear() + 1;
    const last = new Date(Date.UTC(year, 2, 31));
    last.setUTCDate(31 - last.getUTCDay());
    const day = last.toISOString().slice(0, 10);
    await page.getByLabel("Day", { exact: true }).fill(day);
    await page.getByLabel("Start").fill("01:30");
    await page.getByLabel("Time zone of these").selectOption("Europe/London");
    await page.getByRole("button", { name: "Propose this time" }).click();
    await expect(page.getByRole("alert")).toContainText("01:30 does not exist that day. Choose 00:59 or earlier, or 02:00 or later.");
    await expect(page.getByLabel("Day", { exact: true })).toHaveValue(day);
    await expect(page.getByLabel("Time zone of these")).toHaveValue("Europe/London");
    await alive();
    await accessible();
  });
});

test.describe("an appointment that was withdrawn meanwhile", () => {
  test("gives back what somebody else wrote about it", async ({
    page, demo, browser, scripts, visit, signIn, alive, accessible,
  }) => {
    const base = await newCustomer({ page, demo, visit, signIn, alive }, "Withdrawn");
    const fold = "Record their answer, or withdraw the proposal";
    await visit(`${base}/module`);
    await propose(page, "14:00", "Europe/London");
    const appointment = page.getByRole("region", { name: "Appointment: Module deployment" });
    await expect(appointment).toContainText("Waiting for Withdrawn to answer.");
    await alive();
    const staff = demo.account("staff");
    const other = await otherBrowser(browser, demo, scripts);
    await signInThere(other, staff.email, staff.password);
    await expect(other).not.toHaveURL(/\/sign-in/);
    await other.goto(`${base}/module`);
    await page.getByText(fold).click();
    await page.getByLabel("Reason").fill("We move offices.");
    await page.getByRole("button", { name: "Withdraw", exact: true }).click();
    await expect(appointment).toContainText("was cancelled.");
    await alive();
    await accessible();
    await other.getByText(fold).click();
    await other.getByLabel("Reason").fill("They never answered.");
    await other.getByRole("button", { name: "Withdraw", exact: true }).click();
    await expect(other.getByText("Somebody changed this in the meantime.")).toBeVisible();
    await expect(other.getByText("They never answered.")).toBeVisible();
    await other.context().close();
  });
});

test.describe("the details of one deployment", () => {
  test("open beside the board, with its filters kept, and close again", async ({
    page, demo, visit, signIn, alive, accessible,
  }) => {
    await signIn("staff");
    await visit("/?search=contoso");
    await page.getByRole("link", { name: "Details of Contoso Ltd" }).click();
    await expect(page).toHaveURL(/search=contoso&open=contoso/);
    await alive();
    const facts = page.getByRole("region", { name: "Contoso Ltd: details" });
    await expect(facts).toContainText("Connection test");
    await expect(facts.getByRole("link", { name: "P1 Login Handler" })).toHaveAttribute("href", "/c/contoso/login-handler");
    await expect(page.getByRole("row", { name: /Fabrikam/ })).toHaveCount(0);
    await accessible();
    for (const width of [360, 1920]) {
      await page.setViewportSize({ width, height: 900 });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(over, `at ${width} px`).toBeLessThanOrEqual(0);
    }
    await facts.getByRole("link", { name: "Close" }).click();
    await expect(page).toHaveURL(`${demo.url}/?search=contoso`);
    await expect(facts).toHaveCount(0);
  });
});

test.describe("an edit of finished work", () => {
  test("says beforehand what it re-opens", async ({ page, demo, visit, signIn, alive, accessible }) => {
    const base = await connectedCustomer({ page, demo, visit, signIn, alive }, "Warned");
    await visit(`${base}/provider?provider=entra`);
    await expect(page.getByText("Saving changed values re-opens “Connect the provider”.")).toBeVisible();
    await accessible();
    await visit(`${base}/provider?provider=choose`);
    await expect(page.getByText(/Saving another provider re-opens “Connect the provider”/)).toBeVisible();
  });
});
