// Drives the vendors' own SDKs against the simulator: they do not know that it is one.
// Start `usersync-simulator`, keep what it prints in a file, and run
//   NODE_EXTRA_CA_CERTS=ca.pem node smoke.mjs ready.json
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import * as msal from "@azure/msal-node";
import * as graph from "@microsoft/microsoft-graph-client";
import okta from "@okta/okta-sdk-nodejs";

const ready = JSON.parse(readFileSync(process.argv[2], "utf8"));
const users = Number(process.argv[3] ?? 250);

async function entraToken(credentials) {
  const { login_base, tenant_id, client_id } = ready.entra;
  const app = new msal.ConfidentialClientApplication({
    auth: {
      clientId: client_id,
      authority: `${login_base}/${tenant_id}`,
      knownAuthorities: [new URL(login_base).host],
      ...credentials,
    },
  });
  const result = await app.acquireTokenByClientCredential({ scopes: ["https://graph.microsoft.com/.default"] });
  return result.accessToken;
}

async function entra() {
  const certificate = new X509Certificate(ready.entra.certificate_pem);
  await entraToken({ clientSecret: ready.entra.client_secret });
  const token = await entraToken({
    clientCertificate: {
      thumbprintSha256: certificate.fingerprint256.replaceAll(":", "").toLowerCase(),
      privateKey: ready.entra.private_key_pem,
      x5c: ready.entra.certificate_pem,
    },
  });
  await assert.rejects(entraToken({ clientSecret: "wrong" }), /7000215/);
  console.log("msal-node: secret, certificate, refusal");

  const client = graph.Client.init({
    baseUrl: `${ready.entra.graph_base}/`,
    customHosts: new Set([new URL(ready.entra.graph_base).hostname]),
    authProvider: (done) => done(null, token),
  });
  let count = 0;
  const first = await client.api("/users").select(["id", "accountEnabled"]).top(60).get();
  await new graph.PageIterator(client, first, () => ++count > 0).iterate();
  assert.equal(count, users);
  const counted = await client.api("/users/$count").header("ConsistencyLevel", "eventual").get();
  assert.equal(Number(counted), users);
  const changes = await client.api("/users/delta").select("displayName").get();
  assert.ok(changes["@odata.nextLink"] || changes["@odata.deltaLink"]);
  const groups = await client.api("/groups").filter("displayName eq 'Intranet users'").get();
  const members = await client.api(`/groups/${groups.value[0].id}/transitiveMembers`).top(5).get();
  assert.equal(members.value.length, 5);
  // The SDK strips scheme and host; addresses in a batch have no version.
  const batch = new graph.BatchRequestContent([
    { id: "1", request: new Request(`${ready.entra.graph_base}/users?$top=1`) },
  ]);
  const answer = await client.api("/$batch").post(await batch.getContent());
  assert.equal(new graph.BatchResponseContent(answer).getResponseById("1").status, 200);
  await assert.rejects(client.api("/users/nobody@contoso.com").get(), { code: "Request_ResourceNotFound", statusCode: 404 });
  console.log("microsoft-graph-client: users, count, delta, members, batch, error");
}

async function oktaUsers(name, settings) {
  const client = new okta.Client({ orgUrl: ready.okta.base_url, ...settings });
  const seen = new Set();
  await (await client.userApi.listUsers({ limit: 40 })).each((user) => seen.add(user.id));
  assert.ok(seen.size > users * 0.9 && seen.size <= users, `${seen.size} users`);
  let members = 0;
  const groups = await client.groupApi.listGroups({ q: "Intranet users" });
  await groups.each(async (group) => {
    await (await client.groupApi.listGroupUsers({ groupId: group.id, limit: 100 })).each(() => members++);
  });
  assert.ok(members > 0);
  await assert.rejects(client.userApi.getUser({ userId: "nobody" }), { status: 404, errorCode: "E0000007" });
  console.log(`okta-sdk-nodejs: ${name}`);
}

await entra();
await oktaUsers("API token", { token: ready.okta.api_token });
const scopes = ["okta.users.read", "okta.groups.read"];
const mode = { authorizationMode: "PrivateKey", scopes };
await oktaUsers("private key", { ...mode, clientId: ready.okta.client_id, privateKey: ready.okta.private_key_pem });
await oktaUsers("private key with DPoP", { ...mode, clientId: ready.okta.dpop_client_id, privateKey: ready.okta.dpop_private_key_pem });
