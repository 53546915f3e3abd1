import { chromium } from "playwright";
import fs from "node:fs";
const ready = JSON.parse(fs.readFileSync("../target/demo/ready.json"));
const paths = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
const staff = ready.accounts.find((a) => a.role === "staff");
for (const [name, width, scheme] of [["360", 360, "light"], ["1280", 1280, "light"], ["1280d", 1280, "dark"]]) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme });
  const page = await context.newPage();
  await page.goto(ready.url + "/sign-in");
  await page.getByLabel("E-mail").fill(staff.email);
  await page.getByLabel("Password").fill(staff.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForLoadState("networkidle");
  for (const path of paths) {
    await page.goto(ready.url + path);
    await page.waitForLoadState("networkidle");
    await page.screenshot({ path: `/tmp/s6shot-${name}-${path.split("/").pop().replace(/\W/g, "_").slice(0, 30)}.png`, fullPage: true });
  }
  await context.close();
}
await browser.close();
