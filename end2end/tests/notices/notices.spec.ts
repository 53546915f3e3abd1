// Who is told what: contacts, the inbox, and letters that really leave.
import { newCustomer } from "../support/customer.ts";
import { expect, test } from "../support/fixtures.ts";
import { letterTo } from "../support/mail.ts";

test.describe("notices", () => {
  test("a comment reaches the other side in the inbox and by mail, and is read once", async ({
    page, demo, signIn, visit, alive, accessible,
  }) => {
    const admin = demo.account("customer_admin");
    const words = `Which day? ${Date.now()}`;
    await signIn(admin);
    await visit(`/c/${admin.customer}/module`);
    await page.getByLabel("Your comment").fill(words);
    await page.getByRole("button", { name: "Add the comment" }).click();
    await expect(page.getByRole("region", { name: "Comments" })).toContainText(words);
    const staff = demo.account("staff");
    // Other tests write, too.
    const letter = await letterTo(page.request, demo, staff.email, words);
    expect(letter.subject).toContain("wrote about");
    expect(letter.text).toContain(`${demo.url}/c/${admin.customer}/module`);
    await page.context().clearCookies();
    await signIn(staff);
    await page.getByRole("link", { name: /^Inbox \(\d+ new\)$/ }).click();
    await alive();
    const notice = page.getByRole("listitem").filter({ hasText: words });
    await expect(notice).toContainText("New");
    await accessible();
    await notice.getByRole("button", { name: /^Open/ }).click();
    await expect(page).toHaveURL(`${demo.url}/c/${admin.customer}/module`);
    await visit("/inbox");
    await expect(page.getByRole("listitem").filter({ hasText: words })).not.toContainText("New");
    if ((await page.getByRole("button", { name: "Mark all as read" }).count()) > 0) {
      await page.getByRole("button", { name: "Mark all as read" }).click();
      await expect(page.getByText("Everything is marked as read.")).toBeVisible();
      await alive();
    }
    await expect(page.getByRole("link", { name: "Inbox", exact: true })).toBeVisible();
    await accessible();
  });

  test("contacts are added, corrected, changed and removed, and say who is told", async ({
    page, demo, signIn, visit, alive, accessible,
  }) => {
    const base = await newCustomer({ page, demo, visit, signIn, alive }, "Contacts");
    await visit(`${base}/contacts`);
    const told = page.getByRole("region", { name: "Who is told" });
    await expect(told).toContainText("(nobody was chosen)");
    await page.getByLabel("Name", { exact: true }).fill("Help <desk>");
    await page.getByLabel("E-mail address").fill("desk");
    await page.getByLabel("Steps and comments").uncheck();
    await page.getByRole("button", { name: "Add the contact" }).click();
    await expect(page.getByRole("alert")).toContainText("Enter an e-mail address");
    await expect(page.getByLabel("Name", { exact: true })).toHaveValue("Help <desk>");
    await expect(page.getByLabel("Steps and comments")).not.toBeChecked();
    await alive();
    await accessible();
    await page.getByLabel("E-mail address").fill("desk@contacts.example");
    await page.getByRole("button", { name: "Add the contact" }).click();
    await expect(page.getByText("The contact is saved.")).toBeVisible();
    await alive();
    await expect(told).toContainText("Help <desk>");
    const contacts = page.getByRole("region", { name: "Contacts", exact: true });
    await expect(contacts).toContainText("Secrets that expire, Runs with problems, Held runs");
    await accessible();
    await page.getByRole("link", { name: "Change Help <desk>" }).click();
    await alive();
    await expect(page.getByLabel("E-mail address")).toHaveValue("desk@contacts.example");
    await page.getByLabel("Held runs").uncheck();
    await page.getByRole("button", { name: "Save the contact" }).click();
    await expect(page.getByText("The contact is saved.")).toBeVisible();
    // The form is empty for the next one.
    await expect(page).toHaveURL(`${demo.url}${base}/contacts`);
    await expect(page.getByRole("heading", { name: "Add a contact" })).toBeVisible();
    await alive();
    await expect(contacts).not.toContainText("Held runs");
    await page.getByRole("button", { name: "Remove Help <desk>" }).click();
    await expect(page.getByText("The contact is removed.")).toBeVisible();
    await alive();
    await expect(contacts).toContainText("Nobody was chosen yet");
  });
});
