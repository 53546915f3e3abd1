// The first look at a mapping file, made in the browser before anything of the file is sent.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type Page } from "@playwright/test";

import { expectAccessible as accessibleThere } from "./axe.ts";
import { expect } from "./fixtures.ts";
import { shots } from "./mapping.ts";
import { longestTask } from "./tasks.ts";

const LINES = [
  "existing_username,new_username,target_directory",
  "contoso\\mandersson,maerta.andersson@contoso.com,",
  "contoso\\iharris,contoso\\ccircle,",
  "works.council,works.council,Local",
  "kiosk.reception,,Warehouse",
];

/** With scripts a file is looked at in the browser, before anything of it is sent. */
export async function looksAtFilesFirst(page: Page): Promise<void> {
  const file = { name: "mapping.csv", mimeType: "text/csv", buffer: Buffer.from(LINES.join("\n")) };
  let uploads = 0;
  page.on("request", (request) => {
    uploads += request.method() === "POST" ? 1 : 0;
  });
  const look = page.getByRole("region", { name: "First look" });
  const input = page.getByLabel("CSV file");
  await staysAlive(page);
  await expect(look).toContainText("“Warehouse” is no directory that is known here.");

  // Another encoding is a question, another kind of file is refused.
  await input.setInputFiles({ ...file, buffer: Buffer.from("existing_username,new_username\nM\xFCller,m@x.org", "latin1") });
  await expect(look).toContainText("The file is not UTF-8.");
  await expect(look).toContainText("Müller,m@x.org");
  await input.setInputFiles({ ...file, name: "mapping.xlsx", buffer: Buffer.from("PK\u0003\u0004 and more") });
  await expect(look).toContainText("save it as “CSV UTF-8”");
  await expect(look.getByRole("listitem")).toHaveCount(0);
  await expect(look.getByRole("table")).toBeHidden();

  // A file is dropped onto the form as well as chosen, and the button is the next stop of the keyboard.
  const dropped = await page.evaluateHandle((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], "mapping.csv", { type: "text/csv" }));
    return data;
  }, file.buffer.toString());
  await page.locator("form").filter({ has: input }).dispatchEvent("drop", { dataTransfer: dropped });
  await expect(look).toContainText("4 lines: 2 problems, 1 warning, 2 notes.");
  await expect(look.getByRole("listitem").first()).toContainText("Problem");
  const first = look.getByRole("table", { name: "The first lines" }).getByRole("row");
  await expect(first).toHaveCount(LINES.length);
  await expect(first.nth(1)).toContainText("contoso\\mandersson");
  await expect(look).toContainText("Line 5: “Warehouse” is no directory that is known here.");
  await shots(page, "first-look");
  await input.focus();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Upload and check" })).toBeFocused();
  await accessibleThere(page, true);
  expect(uploads, "nothing was sent").toBe(0);
}

/** A large file is looked at, and no task of the page takes longer than 50 milliseconds of the processor. */
async function staysAlive(page: Page): Promise<void> {
  const row = (n: number): string => `contoso\\user${n},user${n}@contoso.com,${n % 9 === 0 ? "Warehouse" : ""}`;
  const lines = ["existing_username,new_username,target_directory", ...Array.from({ length: 100_000 }, (_, n) => row(n))];
  // From the disk: a buffer would be handed to the page by a task of its own.
  const folder = mkdtempSync(join(tmpdir(), "usersync-mapping-"));
  const path = join(folder, "large.csv");
  writeFileSync(path, lines.join("\n"));
  let longest: number;
  try {
    longest = await longestTask(page, async () => {
      await page.getByLabel("CSV file").setInputFiles(path);
      await expect(page.getByRole("region", { name: "First look" })).toContainText("100,000 lines:", { timeout: 30_000 });
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
  expect(longest, "the longest task of the page, in milliseconds of the processor").toBeLessThanOrEqual(50);
}
