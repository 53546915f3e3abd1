// The vendors' own SDKs work against the simulator: they do not know that it is one. No page takes part.
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { USERS } from "../support/demo.ts";
import { expect, test } from "../support/fixtures.ts";

const SCRIPT = fileURLToPath(new URL("../../sdk/smoke.mjs", import.meta.url));

test("the SDKs of Microsoft and Okta take the simulator for the real thing", async ({ demo, scripts }, info) => {
  test.skip(!scripts, "no browser takes part, so once is enough");
  test.slow();
  const ca = info.outputPath("ca.pem");
  await writeFile(ca, demo.ca);
  const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, demo.readyFile, String(USERS)], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: ca },
  });
  for (const said of ["msal-node: secret", "microsoft-graph-client: users", "okta-sdk-nodejs: private key with DPoP"]) {
    expect(stdout).toContain(said);
  }
});
