// Accounts of the old directory: a file comes in, with and without scripts; each line that is refused says why; what is taken
// away changes nothing when it comes back.
import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { newCustomer } from "../support/customer.ts";
import { expect, test } from "../support/fixtures.ts";

const NAME = "Active Directory (old.local)";

function file(text: string) {
  return { name: "people.csv", mimeType: "text/csv", buffer: Buffer.from(text) };
}

/** What the newest file came to, by the word beside it. */
async function counts(page: Page) {
  const result = page.getByRole("region", { name: "The newest file" });
  await expect(result.getByText(/^\d+ lines? (is|are) done/)).toBeVisible({ timeout: 30_000 });
  const of = async (word: string) =>
    result.locator("dt", { hasText: new RegExp(`^${word}$`) }).locator("+ dd").innerText();
  return [await of("Created"), await of("Updated"), await of("Unchanged"), await of("Refused")];
}

test.describe("accounts of the old directory", () => {
  test("come in from a file, and lines that cannot be used say why", async ({
    page, demo, visit, signIn, alive, accessible,
  }) => {
    const base = await newCustomer({ page, demo, visit, signIn, alive }, "Old accounts");
    await visit(`${base}/existing`);
    await page.getByRole("link", { name: "Add the accounts of a directory from before, from a file" }).click();
    await alive();
    await accessible();

    // What was typed stays when the file is refused.
    await page.getByLabel("Its name").fill(NAME);
    await page.getByLabel("People CSV").setInputFiles(file("name,email\nAnna,a@old.example\n"));
    await page.getByRole("button", { name: "Upload and add" }).click();
    await expect(page.getByText("No column is called username").first()).toBeVisible();
    await expect(page.getByLabel("Its name")).toHaveValue(NAME);
    await accessible();

    const text = "username;First name;surname;e-mail\nanna;Anna;Li;anna@old.example\nbob;Bob;Ode;bob@\ncarol;Carol;May;\n";
    await page.getByLabel("People CSV").setInputFiles(file(text));
    await page.getByRole("button", { name: "Upload and add" }).click();
    expect(await counts(page)).toEqual(["2", "0", "0", "1"]);
    const refused = page.getByRole("region", { name: "Lines that were refused" }).getByRole("row").nth(1);
    await expect(refused).toContainText("3");
    await expect(refused).toContainText("bob");
    await expect(refused).toContainText("E-mail takes an address");
    const old = page.getByRole("region", { name: "What the intranet followed before" });
    await expect(old).toContainText("2 accounts");
    await expect(old).toContainText("Its sync goes on");
    await accessible();

    const waits = page.waitForEvent("download");
    await page.getByRole("link", { name: "Accounts of the old directories" }).click();
    const taken = await readFile(await (await waits).path());
    await page.getByLabel("People CSV").setInputFiles({ name: "taken.csv", mimeType: "text/csv", buffer: taken });
    await page.getByRole("button", { name: "Upload and add" }).click();
    await expect(page.getByText("taken.csv")).toBeVisible();
    expect(await counts(page)).toEqual(["0", "0", "2", "0"]);
  });

  test("are added to a directory that is there already", async ({ page, demo, visit, signIn, accessible }) => {
    const admin = demo.account("customer_admin");
    await signIn("customer_admin");
    const base = `/c/${admin.customer}`;
    await visit(`${base}/old-accounts`);
    await accessible();
    await page.getByLabel("People CSV").setInputFiles(file("username,surname\nnew.in.old,Lee\n"));
    await page.getByRole("button", { name: "Upload and add" }).click();
    expect(await counts(page)).toEqual(["1", "0", "0", "0"]);
    await visit(`${base}/people?search=new.in.old`);
    await expect(page.getByRole("region", { name: "Accounts" }).getByRole("row")).toHaveCount(2);
  });
});
