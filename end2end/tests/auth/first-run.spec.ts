// The very first visit: an empty database, nobody who could sign in. The demo has people, so this starts a server of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test as base } from "../support/fixtures.ts";

const START_DEADLINE_MS = 60_000;

/** A server on an empty database: its address, and the set-up code it printed. */
const test = base.extend<{ server: { empty: string; code: string } }>({
  server: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), "usersync-first-run-"));
    const key = join(folder, "key");
    writeFileSync(key, randomBytes(32).toString("base64"));
    const port = await freePort();
    const url = `http://localhost:${port}`;
    const program = process.env["USERSYNC_PROGRAM"];
    if (!program) {
      throw new Error("USERSYNC_PROGRAM names no server: run the browser tests by `cargo xtask test --only browser`");
    }
    const server = spawn(
      program,
      ["serve", "--database", `sqlite:${join(folder, "usersync.db")}`, "--listen", `127.0.0.1:${port}`,
        "--public-url", url, "--key-file", `test=${key}`, "--log", "error"],
      { stdio: ["ignore", "pipe", "ignore"] },
    );
    let printed = "";
    server.stdout.on("data", (text: Buffer) => (printed += text.toString()));
    try {
      await answers(`${url}/readyz`, server);
      const code = /set-up code (\S+)/.exec(printed)?.[1];
      if (!code) {
        throw new Error(`the server printed no set-up code: ${printed}`);
      }
      await use({ empty: url, code });
    } finally {
      const ended = new Promise((resolve) => server.once("exit", resolve));
      if (server.exitCode === null) {
        server.kill("SIGTERM");
        await ended;
      }
      rmSync(folder, { recursive: true, force: true });
    }
  },
});

async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

async function answers(url: string, server: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_DEADLINE_MS;
  while (Date.now() < deadline) {
    if (server.exitCode !== null) {
      throw new Error(`the server ended with ${server.exitCode} before it answered`);
    }
    const status = await fetch(url).then((response) => response.status, () => 0);
    if (status === 200) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${url} did not answer within ${START_DEADLINE_MS / 1000} s`);
}

test.describe("the first visit", () => {
  test("creates the first administrator, once, and signs them in", async ({ page, server, alive, accessible }) => {
    const { empty, code } = server;
    for (const path of ["/", "/sign-in"]) {
      await page.goto(empty + path);
      await expect(page).toHaveURL(`${empty}/welcome`);
    }
    await alive();
    await expect(page.getByRole("heading", { level: 1, name: "Welcome to User Sync" })).toBeVisible();
    await accessible();

    await page.getByLabel("Set-up code").fill("0000-0000-0000-0000-0000");
    await page.getByLabel("Your name").fill("Priya Raman");
    await page.getByLabel("E-mail address").fill("priya@vendor.example");
    await page.getByLabel("Password").fill("short");
    await page.getByRole("button", { name: /Create the administrator/ }).click();
    await expect(page.getByRole("alert")).toContainText("at least 12 characters");
    await expect(page.getByRole("alert"), "a stranger becomes nobody").toContainText("not the set-up code");
    await alive();
    await expect(page.getByLabel("Your name")).toHaveValue("Priya Raman");
    await expect(page.getByLabel("E-mail address")).toHaveValue("priya@vendor.example");
    await accessible();

    await page.getByLabel("Set-up code").fill(code);
    await page.getByLabel("Password").fill("a long enough password");
    await page.getByRole("button", { name: /Create the administrator/ }).click();
    await expect(page.getByRole("heading", { name: "No customers yet" })).toBeVisible();
    await alive();
    await expect(page.getByText("Priya Raman")).toBeVisible();
    await accessible();

    await page.context().clearCookies();
    await page.goto(`${empty}/welcome`);
    await expect(page, "nobody becomes an administrator a second time").toHaveURL(`${empty}/sign-in`);
  });
});
