import assert from "node:assert/strict";
import https from "node:https";
import { after, test } from "node:test";
import type { Api, UserInfo } from "@peapod/machinery";
import { wholeResponse } from "../whole-response.ts";
import { ask, createDriver, temporaryPki, whoAmI } from "./test-driver.ts";

const authority = await temporaryPki();
const { pki } = authority;
const { start, get, session } = createDriver(pki);
after(() => authority[Symbol.asyncDispose]());

const admin: UserInfo = { username: "kubernetes-admin", groups: ["system:masters", "system:authenticated"] };

test("listen() knows a client by its certificate, over both protocols, and on a resumed session too", async () => {
  await using listener = await start(whoAmI);
  assert.deepEqual(JSON.parse((await get(listener, "/", { pair: pki.admin })).text), admin);
  await using client = await session(listener, pki.admin);
  assert.deepEqual(JSON.parse((await ask(client, { ":path": "/" })).text), admin);
  const agent = new https.Agent({ keepAlive: false, ca: pki.ca, ...pki.admin });
  for (let i = 0; i < 3; i++) assert.deepEqual(JSON.parse((await get(listener, "/", { agent })).text), admin);
});

test("listen() knows a client by its token, and takes the token away before anybody else sees it", async () => {
  const show: Api["fetch"] = async ({ headers }, { user }) =>
    wholeResponse(JSON.stringify([user.username, headers.get("authorization"), headers.get("cookie")]));
  await using listener = await start(show);
  const answer = await get(listener, "/", { headers: { authorization: "Bearer s3cret", cookie: "a=b" } });
  assert.deepEqual(JSON.parse(answer.text), ["admin", null, null]);
});

test("listen() lets those who show nothing in as anonymous, and answers 401 to those who show something wrong", async () => {
  await using listener = await start(whoAmI);
  const nobody = { username: "system:anonymous", groups: ["system:unauthenticated"] };
  assert.deepEqual(JSON.parse((await get(listener, "/")).text), nobody);
  const refused = await get(listener, "/", { headers: { authorization: "Bearer wrong" } });
  assert.equal(refused.status, 401);
  assert.deepEqual(JSON.parse(refused.text), {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: "Unauthorized",
    reason: "Unauthorized",
    code: 401,
  });
  await using other = await temporaryPki();
  assert.equal((await get(listener, "/", { pair: other.pki.admin })).status, 401);
});

test("listen() takes no server's certificate for a client's", async () => {
  await using listener = await start(whoAmI);
  const { serving } = await pki.ensureNode("n1");
  assert.equal((await get(listener, "/", { pair: serving })).status, 401);
});

test("listen() believes identity headers from nobody", async () => {
  await using listener = await start(whoAmI);
  const headers = { "x-remote-user": "root", "x-remote-group": "system:masters", "x-forwarded-user": "root" };
  assert.equal(JSON.parse((await get(listener, "/", { headers })).text).username, "system:anonymous");
});
