// One demo server for each worker: a free port, a fresh folder of data, simulated providers inside.
import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** One of the demo's console accounts. */
export interface Account {
  email: string;
  password: string;
  role: string;
  /** Absent for staff. */
  customer?: string | null;
}

/** One simulated provider; what to type into the wizard depends on its kind, so the rest is open. */
export interface Provider {
  kind: string;
  [field: string]: unknown;
}

/** What the demo writes when it listens. */
export interface Ready {
  url: string;
  accounts: Account[];
  providers: Provider[];
  /** The page that shows what was sent by mail. */
  mail: string;
  /** A user mapping for the existing customer with everything wrong in it that goes wrong. */
  dirty_mapping: string;
  /** The authority of the simulated providers' certificates, as PEM. */
  ca: string;
}

export interface Demo extends Ready {
  /** The file this was read from. */
  readyFile: string;
  /** The account of a role, of the first customer where there are several. */
  account(role: string): Account;
  provider(kind: string): Provider;
  stop(): Promise<void>;
}

/** A debug build of the server, with its database and people, on a busy machine. */
const START_DEADLINE_MS = 90_000;
const STOP_DEADLINE_MS = 15_000;
/** Enough for pages of lists, few enough to start quickly. */
export const USERS = 120;

export async function startDemo(name: string): Promise<Demo> {
  const program = process.env["USERSYNC_PROGRAM"];
  if (!program) {
    throw new Error("USERSYNC_PROGRAM names no server: run the browser tests by `cargo xtask test --only browser`");
  }
  const folder = mkdtempSync(join(tmpdir(), "usersync-end2end-"));
  const readyFile = join(folder, "ready.json");
  const port = await freePort();
  const server = spawn(
    program,
    ["demo", "--port", String(port), "--data", join(folder, "data"), "--ready", readyFile, "--users", String(USERS)],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  const log = await openLog(name);
  server.stdout.pipe(log.stream, { end: false });
  server.stderr.pipe(log.stream, { end: false });
  try {
    const ready = await waitUntilReady(server, readyFile, log.path);
    return {
      ...ready,
      readyFile,
      account: (role) => find(ready.accounts, (account) => account.role === role, `account with role ${role}`),
      provider: (kind) => find(ready.providers, (provider) => provider.kind === kind, `provider of kind ${kind}`),
      stop: async () => {
        await stop(server);
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await stop(server);
    throw error;
  }
}

function find<T>(list: T[], wanted: (item: T) => boolean, what: string): T {
  const found = list.find(wanted);
  if (!found) {
    throw new Error(`the demo's ready file holds no ${what}`);
  }
  return found;
}

async function openLog(name: string): Promise<{ path: string; stream: NodeJS.WritableStream }> {
  const folder = fileURLToPath(new URL("../../test-results", import.meta.url));
  await mkdir(folder, { recursive: true });
  const path = join(folder, `server-${name}.log`);
  return { path, stream: createWriteStream(path, { flags: "a" }) };
}

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

async function waitUntilReady(server: ChildProcess, file: string, log: string): Promise<Ready> {
  const deadline = Date.now() + START_DEADLINE_MS;
  let startError: Error | undefined;
  server.once("error", (error) => {
    startError = error;
  });
  while (Date.now() < deadline) {
    if (startError) {
      throw startError;
    }
    if (server.exitCode !== null || server.signalCode !== null) {
      throw new Error(`the demo server ended at once (${server.exitCode ?? server.signalCode}): see ${log}`);
    }
    const ready = existsSync(file) ? parse(readFileSync(file, "utf8")) : undefined;
    if (ready) {
      return ready;
    }
    await pause(100);
  }
  throw new Error(`the demo server was not ready after ${START_DEADLINE_MS / 1000} s: see ${log}`);
}

/** Nothing while the file is being written. */
function parse(text: string): Ready | undefined {
  try {
    return JSON.parse(text) as Ready;
  } catch {
    return undefined;
  }
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null || server.pid === undefined) {
    return;
  }
  const ended = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  server.kill("SIGTERM");
  const timer = setTimeout(() => server.kill("SIGKILL"), STOP_DEADLINE_MS);
  await ended;
  clearTimeout(timer);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
