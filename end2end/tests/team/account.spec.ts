// One's own account: a lost password, a changed one, and the sessions that there are.
import { type Account, type Demo, expect, test } from "../support/fixtures.ts";
import { letterTo } from "../support/mail.ts";
import { otherBrowser, signInThere } from "../support/others.ts";

const PASSWORD = "another horse battery staple";

// A browser says so itself when a page is not there: links that are used up.
test.use({ expectedConsole: [/404/] });

/** Somebody of Fabrikam, of whom no other test asks anything. */
function of(demo: Demo, role: string): Account {
  return demo.accounts.find((account) => account.customer === "fabrikam" && account.role === role)!;
}

test("a lost password is set again by a link from the team page", async ({
  page, browser, demo, scripts, signIn, visit, alive, accessible,
}) => {
  const viewer = of(demo, "viewer");
  const there = await otherBrowser(browser, demo, scripts);
  await signInThere(there, viewer.email, viewer.password);
  await signIn(of(demo, "customer_admin"));
  await visit("/c/fabrikam/team");
  const row = page.getByRole("row").filter({ hasText: viewer.email });
  await row.getByText("Change", { exact: false }).first().click();
  await row.getByRole("button", { name: "Make a password link" }).click();
  const link = (await page.getByRole("status").locator("code").textContent())!;
  await alive();
  await accessible();
  const lost = await otherBrowser(browser, demo, scripts);
  await lost.goto(link);
  await expect(lost.getByLabel("E-mail address")).toHaveValue(viewer.email);
  await lost.getByLabel("New password").fill(PASSWORD);
  await lost.getByRole("button", { name: "Set the password" }).click();
  await expect(lost.getByText("Your new password is set.")).toBeVisible();
  await there.goto("/account");
  await expect(there, "who had the old password is signed out").toHaveURL(/\/sign-in/);
  await signInThere(lost, viewer.email, viewer.password);
  await expect(lost.getByRole("alert")).toContainText("The e-mail address or the password is not right.");
  await signInThere(lost, viewer.email, PASSWORD);
  await expect(lost).toHaveURL(/\/c\/fabrikam/);
  expect((await lost.goto(link))?.status(), "the link is used up").toBe(404);
  await there.context().close();
  await lost.context().close();
});

test("a forgotten password is set again by a letter, and nobody learns who has an account", async ({
  page, request, demo, visit, alive, accessible,
}) => {
  const viewer = demo.account("viewer");
  await visit("/sign-in");
  await page.getByRole("link", { name: "Password forgotten?" }).click();
  await alive();
  await expect(page.getByRole("heading", { level: 1, name: "Password forgotten" })).toBeVisible();
  await accessible();
  for (const email of ["nobody@nowhere.example", viewer.email]) {
    await page.getByLabel("E-mail address").fill(email);
    await page.getByRole("button", { name: "Send the link" }).click();
    await expect(page.getByText("If there is an account with this address, a link is on its way to it.")).toBeVisible();
    await alive();
    await visit("/forgot-password");
  }
  const letter = await letterTo(request, demo, viewer.email, "Set a new password");
  const link = /http\S+\/reset-password\/\S+/.exec(letter.text)![0];
  await visit(link);
  await accessible();
  await page.getByLabel("New password").fill("short");
  await page.getByRole("button", { name: "Set the password" }).click();
  await expect(page.getByRole("alert")).toContainText("A password needs at least 12 characters");
  await alive();
  await accessible();
  await page.getByLabel("New password").fill(viewer.password);
  await page.getByRole("button", { name: "Set the password" }).click();
  await expect(page.getByText("Your new password is set.")).toBeVisible();
  await alive();
  await visit(link, 404);
  await accessible();
});

test("sessions are listed, ended one by one, and all but this one", async ({
  page, browser, demo, scripts, signIn, visit, alive, accessible,
}) => {
  const account = of(demo, "customer_admin");
  const there = await otherBrowser(browser, demo, scripts);
  await signInThere(there, account.email, account.password);
  await expect(there).toHaveURL(/\/c\/fabrikam/);
  await signIn(account);
  await page.locator(".menu summary").click();
  await page.getByRole("link", { name: "Your account" }).click();
  await alive();
  const sessions = page.getByRole("region", { name: "Where you are signed in" });
  await expect(sessions.getByText("This session")).toHaveCount(1);
  await expect(sessions.getByRole("rowheader", { name: /Chrome on/ }).first()).toBeVisible();
  await accessible();
  await sessions.getByRole("button", { name: "Sign out", exact: true }).first().click();
  await expect(page.getByText("That session is signed out.")).toBeVisible();
  await alive();
  await there.goto("/account");
  await expect(there).toHaveURL(/\/sign-in/);
  await signInThere(there, account.email, account.password);
  await expect(there).toHaveURL(/\/account|\/c\/fabrikam|\/$/);
  await visit("/account");
  await sessions.getByRole("button", { name: "Sign out everywhere else" }).click();
  await expect(page.getByText("Every other session is signed out.")).toBeVisible();
  await expect(sessions.getByRole("button")).toHaveCount(0);
  await there.goto("/account");
  await expect(there).toHaveURL(/\/sign-in/);
  await there.context().close();
});

test("name and password are changed by their owner", async ({ page, demo, signIn, visit, alive, accessible }) => {
  const account = of(demo, "customer_admin");
  await signIn(account);
  await visit("/account");
  await page.getByLabel("Name", { exact: true }).fill("Anna Adler");
  await page.getByRole("button", { name: "Save the name" }).click();
  await expect(page.getByText("Your name is changed.")).toBeVisible();
  await expect(page.locator(".menu summary")).toHaveText("Anna Adler");
  await alive();
  await page.getByLabel("Present password").fill("not my password at all");
  await page.getByLabel("New password").fill(PASSWORD);
  await page.getByRole("button", { name: "Change the password" }).click();
  await expect(page.getByRole("alert")).toContainText("This is not your current password.");
  await alive();
  await accessible();
  await page.getByLabel("Present password").fill(account.password);
  await page.getByLabel("New password").fill(PASSWORD);
  await page.getByRole("button", { name: "Change the password" }).click();
  await expect(page.getByText("Your password is changed")).toBeVisible();
  await alive();
  // Still signed in, and back to what the other tests know.
  await page.getByLabel("Present password").fill(PASSWORD);
  await page.getByLabel("New password").fill(account.password);
  await page.getByRole("button", { name: "Change the password" }).click();
  await expect(page.getByText("Your password is changed")).toBeVisible();
});
