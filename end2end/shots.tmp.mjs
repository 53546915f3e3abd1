import { chromium } from "@playwright/test";
import fs from "node:fs";
const ready = JSON.parse(fs.readFileSync("../target/demo/ready.json","utf8"));
const exe = process.env.CHROMIUM;
const browser = await chromium.launch(exe ? { executablePath: exe } : {});
const out = "/tmp/gshots/";
async function session(role, opts={}) {
  const ctx = await browser.newContext({ javaScriptEnabled:false, viewport:{width:1280,height:900}, ...opts });
  const page = await ctx.newPage();
  const a = ready.accounts.find(a=>a.role===role);
  await page.goto(ready.url+"/sign-in");
  await page.getByLabel(/e-?mail/i).fill(a.email);
  await page.getByLabel(/password/i).fill(a.password);
  await page.getByRole("button",{name:"Sign in"}).click();
  return page;
}
const shot = async (page, path, name, width=1280) => {
  await page.setViewportSize({width, height:900});
  await page.goto(ready.url+path);
  await page.screenshot({path: out+name+".png", fullPage:true});
};
const staff = await session("staff");
const admin = await session("customer_admin");
await shot(staff, "/c/contoso/module", "module-empty");
if (process.argv[2]==="setup") {
  await staff.getByText("Propose a time").click();
  await staff.getByLabel("Day").fill("2026-12-15");
  await staff.getByLabel("Start").fill("14:00");
  await staff.getByLabel("Length").selectOption("120");
  await staff.getByLabel("Time zone of these").selectOption("America/New_York");
  await staff.getByLabel("Note (optional)").fill("We need the administrator of the intranet server for the first ten minutes.");
  await staff.getByRole("button",{name:"Propose this time"}).click();
}
await shot(staff, "/c/contoso/module", "module-staff");
await shot(admin, "/c/contoso/module", "module-admin");
await shot(admin, "/c/contoso/module", "module-admin-360", 360);
await shot(admin, "/c/contoso", "overview-admin");
await shot(admin, "/c/contoso", "overview-admin-360", 360);
await shot(staff, "/?open=contoso", "board");
await shot(staff, "/?open=contoso", "board-360", 360);
await shot(staff, "/c/contoso/local-admin", "local-admin-360", 360);
await shot(staff, "/c/contoso/audit", "audit");
await shot(staff, "/c/contoso/audit", "audit-360", 360);
await shot(staff, "/c/contoso/user-mapping", "user-mapping");
await shot(staff, "/c/contoso/migration", "migration");
await shot(admin, "/c/contoso/groups", "groups");
await browser.close();
