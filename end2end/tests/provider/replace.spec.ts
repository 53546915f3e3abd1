// A new secret beside the old one: it takes its place only when it works.
import { connectedCustomer } from "../support/customer.ts";
import { expect, test } from "../support/fixtures.ts";

test("a new secret is tried first, and the old one stays in use until it works", async ({
  page, playwright, demo, signIn, visit, alive, accessible,
}) => {
  const base = await connectedCustomer({ page, demo, signIn, visit, alive }, "New secret");
  const entra = demo.provider("entra") as unknown as Record<string, string>;
  await visit(`${base}/provider`);
  const open = async () => page.getByRole("heading", { name: "Replace the client secret" }).click();
  await open();
  await page.getByRole("button", { name: "Try it and use it" }).click();
  await expect(page.getByRole("alert")).toContainText("Paste the new client secret.");
  await alive();
  await accessible();
  await page.getByLabel("New client secret").fill("x8Q~thisIsNotTheRightSecretAtAll.0123456");
  await page.getByLabel("The new one expires on").fill("2031-03-31");
  await page.getByRole("button", { name: "Try it and use it" }).click();
  await expect(page.getByText("The new secret does not work, so the old one stays in use.")).toBeVisible();
  await alive();
  // The day that was typed is kept, the secret is not.
  await expect(page.getByLabel("The new one expires on")).toHaveValue("2031-03-31");
  await expect(page.getByLabel("New client secret")).toHaveValue("");
  await accessible();
  await page.getByLabel("New client secret").fill(entra["client_secret"]!);
  await page.getByRole("button", { name: "Try it and use it" }).click();
  await expect(page.getByRole("alert")).toContainText("This client secret is the one in use.");
  await alive();
  const directory = await playwright.request.newContext({ ignoreHTTPSErrors: true });
  const made = await directory.post(`${entra["control"]}/add-secret`, { data: {} });
  const { secret } = (await made.json()) as { secret: string };
  await page.getByLabel("New client secret").fill(secret);
  await page.getByRole("button", { name: "Try it and use it" }).click();
  await expect(page.getByText("The new secret works and is in use.")).toBeVisible();
  await alive();
  await expect(page.getByLabel("Expires on", { exact: true })).toHaveValue("2031-03-31");
});
