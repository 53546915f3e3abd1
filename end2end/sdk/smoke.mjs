// Drives the vendors' own SDKs against the simulator: they do not know that it is one.
//   NODE_EXTRA_CA_CERTS=ca.pem node smoke.mjs ready.json 120
// with what the demo wrote when it was ready, and the number of people in its directories.
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import * as msal from "@azure/msal-node";
import * as graph from "@microsoft/microsoft-graph-client";
import okta from "@okta/okta-sdk-nodejs";

const ready = JSON.parse(readFileSync(process.argv[2], "utf8"));
const users = Number(process.argv[3]);
const directory = (kind) => ready.providers.find((provider) => provider.kind === kind);
const entraDirectory = directory("entra");
const oktaDirectory = directory("okta");

async function entraToken(credentials) {
  const { login_base, tenant, client_id } = entraDirectory;
  const app = new msal.ConfidentialClientApplication({
    auth: {
      clientId: client_id,
      authority: `${login_base}/${tenant}`,
      knownAuthorities: [new URL(login_base).host],
      ...credentials,
    },
  });
  const result = await app.acquireTokenByClientCredential({ scopes: ["https://graph.microsoft.com/.default"] });
  return result.accessToken;
}

async function entra() {
  const certificate = new X509Certificate(entraDirectory.certificate);
  await entraToken({ clientSecret: entraDirectory.client_secret });
  const token = await entraToken({
    clientCertificate: {
      thumbprintSha256: certificate.fingerprint256.replaceAll(":", "").toLowerCase(),
      privateKey: entraDirectory.private_key,
      x5c: entraDirectory.certificate,
    },
  });
  await assert.rejects(entraToken({ clientSecret: "wrong" }), /7000215/);
  console.log("msal-node: secret, certificate, refusal");

  const client = graph.Client.init({
    baseUrl: `${entraDirectory.graph_base}/`,
    customHosts: new Set([new URL(entraDirectory.graph_base).hostname]),
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
    { id: "1", request: new Request(`${entraDirectory.graph_base}/users?$top=1`) },
  ]);
  const answer = await client.api("/$batch").post(await batch.getContent());
  assert.equal(new graph.BatchResponseContent(answer).getResponseById("1").status, 200);
  await assert.rejects(client.api("/users/nobody@contoso.com").get(), { code: "Request_ResourceNotFound", statusCode: 404 });
  console.log("microsoft-graph-client: users, count, delta, members, batch, error");
}

async function oktaUsers(name, settings) {
  const client = new okta.Client({ orgUrl: oktaDirectory.base_url, ...settings });
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
await oktaUsers("API token", { token: oktaDirectory.api_token });
const scopes = ["okta.users.read", "okta.groups.read"];
const mode = { authorizationMode: "PrivateKey", scopes };
await oktaUsers("private key", { ...mode, clientId: oktaDirectory.client_id, privateKey: oktaDirectory.private_key });
await oktaUsers("private key with DPoP", { ...mode, clientId: oktaDirectory.dpop_client_id, privateKey: oktaDirectory.dpop_private_key });
