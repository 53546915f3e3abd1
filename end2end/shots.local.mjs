import { chromium } from "@playwright/test";
import { readFileSync, mkdirSync } from "node:fs";
const ready = JSON.parse(readFileSync("../target/demo/ready.json", "utf8"));
const out = "/tmp/team-shots"; mkdirSync(out, { recursive: true });
const acc = (r, c) => ready.accounts.find((a) => a.role === r && (a.customer ?? null) === c);
const browser = await chromium.launch({ executablePath: process.env.CH, args: ["--no-sandbox"] });
async function ctx(width, scheme) { const c = await browser.newContext({ baseURL: ready.url, viewport: { width, height: 900 }, colorScheme: scheme }); return await c.newPage(); }
async function signIn(p, a) { await p.goto("/sign-in"); await p.getByLabel("E-mail address").fill(a.email); await p.getByLabel("Password").fill(a.password); await p.getByRole("button", { name: "Sign in" }).click(); await p.waitForURL((u) => !u.pathname.startsWith("/sign-in")); }
const p = await ctx(1280, "light");
await p.goto("/sign-in"); await p.screenshot({ path: `${out}/signin.png` });
await p.goto("/forgot-password"); await p.screenshot({ path: `${out}/forgot.png` });
await signIn(p, acc("staff", null));
await p.goto("/c/fabrikam/team");
await p.getByLabel("E-mail address").fill("nora.north@fabrikam.example");
await p.getByRole("button", { name: "Invite" }).click();
await p.locator("main code").first().waitFor();
const link = await p.locator("main code").first().textContent();
await p.waitForTimeout(500);
await p.screenshot({ path: `${out}/team-link.png`, fullPage: true });
const q = await ctx(1280, "light"); await q.goto(link); await q.screenshot({ path: `${out}/invitation.png` });
const q3 = await ctx(360, "dark"); await q3.goto(link); await q3.screenshot({ path: `${out}/invitation-360.png`, fullPage: true });
await q3.goto("/invitation/nonsense"); await q3.screenshot({ path: `${out}/dead-360.png`, fullPage: true });
await p.goto("/c/contoso/team"); await p.locator("details:has-text('Victor')").last().locator("summary").click(); await p.screenshot({ path: `${out}/team-open.png`, fullPage: true });
await p.goto("/team"); await p.locator(".menu summary").click(); await p.screenshot({ path: `${out}/staff.png` });
await p.goto("/account"); await p.screenshot({ path: `${out}/account.png`, fullPage: true });
const m = await ctx(360, "dark"); await signIn(m, acc("customer_admin", "contoso")); await m.goto("/c/contoso/team"); await m.screenshot({ path: `${out}/team-360.png`, fullPage: true });
await m.goto("/account"); await m.screenshot({ path: `${out}/account-360.png`, fullPage: true });
const w = await ctx(1920, "dark"); await signIn(w, acc("customer_admin", "contoso")); await w.goto("/c/contoso/team"); await w.screenshot({ path: `${out}/team-1920.png` });
await browser.close();
