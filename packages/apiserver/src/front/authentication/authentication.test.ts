import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { test } from "node:test";
import type { UserInfo } from "@peapod/machinery";
import type { Attributes } from "../../engine/call.ts";
import { createAuthenticate } from "./authenticate.ts";
import { bearerToken, openProtocols } from "./bearer.ts";
import { impersonated } from "./impersonate.ts";
import { createServiceAccountTokens, type TokenWish } from "./service-account-tokens.ts";

const key = newKey();
const account: TokenWish = { namespace: "default", name: "sa1", uid: "u1", audiences: [], expirationSeconds: 3600 };

function newKey(): string {
  return generateKeyPairSync("ec", { namedCurve: "P-256" })
    .privateKey.export({ type: "pkcs8", format: "pem" })
    .toString();
}

/** Tokens with a clock that can be moved and objects that can go. */
function tokensAt(start: string, signingKey = key) {
  const world = {
    now: new Date(start),
    uids: new Map([
      ["ServiceAccount/default/sa1", "u1"],
      ["Pod/default/p1", "u2"],
    ]),
  };
  const tokens = createServiceAccountTokens({
    key: signingKey,
    now: () => world.now,
    uidOf: ({ kind, namespace, name }) => world.uids.get(`${kind}/${namespace}/${name}`),
  });
  return { ...tokens, world };
}

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
}

test("issue() makes the token that the recorded server made", async () => {
  const { issue } = tokensAt("2026-11-20T12:00:00Z");
  const { token, expirationTimestamp } = await issue(account);
  assert.equal(expirationTimestamp, "2026-11-20T13:00:00Z");
  const { jti, ...claims } = claimsOf(token);
  assert.match(String(jti), /^[0-9a-f-]{36}$/);
  const seconds = Date.parse("2026-11-20T12:00:00Z") / 1000;
  assert.deepEqual(claims, {
    aud: ["https://kubernetes.default.svc"],
    exp: seconds + 3600,
    iat: seconds,
    nbf: seconds,
    iss: "https://kubernetes.default.svc",
    "kubernetes.io": { namespace: "default", serviceaccount: { name: "sa1", uid: "u1" } },
    sub: "system:serviceaccount:default:sa1",
  });
});

test("issue() signs so that others can check it with the published key", async () => {
  const { issue, jwks } = tokensAt("2026-11-20T12:00:00Z");
  const [head, body, signature] = (await issue(account)).token.split(".");
  const { keys } = jwks() as { keys: { kid: string }[] };
  assert.equal(JSON.parse(Buffer.from(head ?? "", "base64url").toString()).kid, keys[0]?.kid);
  const publicKey = createPublicKey({ key: keys[0] ?? {}, format: "jwk" });
  const signed = Buffer.from(`${head}.${body}`);
  const format = { key: publicKey, dsaEncoding: "ieee-p1363" } as const;
  assert.ok(verify("sha256", signed, format, Buffer.from(signature ?? "", "base64url")));
});

test("verify() knows a token's account and groups", async () => {
  const { issue, verify } = tokensAt("2026-11-20T12:00:00Z");
  const { token } = await issue(account);
  const verified = await verify(token);
  assert.deepEqual(verified, {
    user: {
      username: "system:serviceaccount:default:sa1",
      uid: "u1",
      groups: ["system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"],
      extra: { "authentication.kubernetes.io/credential-id": [`JTI=${claimsOf(token)["jti"]}`] },
    },
    audiences: ["https://kubernetes.default.svc"],
  });
});

test("verify() refuses tokens that are expired, not yet valid, for others, tampered with or signed by others", async () => {
  const { issue, verify, world } = tokensAt("2026-11-20T12:00:00Z");
  const { token } = await issue(account);
  const [head, , signature] = token.split(".");
  const forged = Buffer.from(JSON.stringify({ ...claimsOf(token), sub: "x" })).toString("base64url");
  assert.equal(await verify(`${head}.${forged}.${signature}`), undefined);
  const unsigned = Buffer.from(JSON.stringify({ alg: "none" })).toString("base64url");
  assert.equal(await verify(`${unsigned}.${token.split(".")[1]}.`), undefined);
  assert.equal(await verify("no.token"), undefined);
  assert.equal(await verify((await tokensAt("2026-11-20T12:00:00Z", newKey()).issue(account)).token), undefined);
  assert.equal(await verify((await issue({ ...account, audiences: ["vault"] })).token), undefined);
  assert.ok(await verify(token));
  world.now = new Date("2026-11-20T13:00:00Z");
  assert.equal(await verify(token), undefined);
  world.now = new Date("2026-11-20T11:00:00Z");
  assert.equal(await verify(token), undefined);
});

test("verify() ends a token with its account, and with the pod it is bound to", async () => {
  const { issue, verify, world } = tokensAt("2026-11-20T12:00:00Z");
  const { token } = await issue(account);
  const bound = (await issue({ ...account, boundTo: { kind: "Pod", name: "p1", uid: "u2" } })).token;
  assert.deepEqual((await verify(bound))?.user.extra?.["authentication.kubernetes.io/pod-name"], ["p1"]);
  world.uids.set("Pod/default/p1", "another one");
  assert.equal(await verify(bound), undefined);
  assert.ok(await verify(token));
  world.uids.delete("ServiceAccount/default/sa1");
  assert.equal(await verify(token), undefined);
});

test("authenticate() adds the group of everyone who is known, once", async () => {
  const authenticate = createAuthenticate({
    verifyToken: async () => ({ username: "a", groups: ["system:authenticated"] }),
  });
  const certificate = { commonName: "system:node:n1", organizations: ["system:nodes"] };
  assert.deepEqual(await authenticate({ certificate }), {
    username: "system:node:n1",
    groups: ["system:nodes", "system:authenticated"],
  });
  assert.deepEqual(await authenticate({ token: "t" }), { username: "a", groups: ["system:authenticated"] });
});

test("authenticate() refuses what does not hold, even where nothing needs to be shown", async () => {
  const authenticate = createAuthenticate({ adminToken: "right" });
  assert.equal((await authenticate({}))?.username, "system:anonymous");
  assert.equal(await authenticate({ token: "wrong" }), undefined);
  assert.equal(await authenticate({ certificate: "untrusted", token: "right" }), undefined);
  assert.equal((await authenticate({ token: "right" }))?.username, "admin");
  assert.equal(await createAuthenticate({ anonymous: false })({}), undefined);
});

test("bearerToken() reads the header, or a browser's subprotocol", () => {
  assert.equal(bearerToken("Bearer abc.def"), "abc.def");
  assert.equal(bearerToken("bearer  abc"), "abc");
  assert.equal(bearerToken("Basic abc"), undefined);
  const secret = `base64url.bearer.authorization.k8s.io.${Buffer.from("abc").toString("base64url")}`;
  assert.equal(bearerToken(undefined, ["v4.channel.k8s.io", secret]), "abc");
  assert.deepEqual(openProtocols(["v4.channel.k8s.io", secret]), ["v4.channel.k8s.io"]);
});

const admin: UserInfo = { username: "root", groups: ["system:masters"] };

function asking(headers: Record<string, string>, isAllowed = true) {
  const asked: Attributes[] = [];
  const attempt = () =>
    impersonated(new Headers(headers), admin, (attributes) => {
      asked.push(attributes);
      return { allowed: isAllowed };
    });
  return { attempt, asked };
}

test("impersonated() leaves a request without such headers alone", () => {
  const { attempt, asked } = asking({ accept: "*/*" });
  assert.equal(attempt(), admin);
  assert.deepEqual(asked, []);
});

test("impersonated() asks for each part of the identity", () => {
  const { attempt, asked } = asking({
    "impersonate-user": "alice",
    "impersonate-group": "devs, ops",
    "impersonate-extra-scopes%2fx": "view",
  });
  assert.deepEqual(attempt(), {
    username: "alice",
    groups: ["devs", "ops", "system:authenticated"],
    extra: { "scopes/x": ["view"] },
  });
  assert.deepEqual(
    asked.map((one) => one.isResource && [one.group, one.resource, one.subresource, one.name]),
    [
      ["", "users", undefined, "alice"],
      ["", "groups", undefined, "devs"],
      ["", "groups", undefined, "ops"],
      ["authentication.k8s.io", "userextras", "scopes/x", "view"],
    ],
  );
});

test("impersonated() gives a service account its groups", () => {
  const { attempt, asked } = asking({ "impersonate-user": "system:serviceaccount:ns1:sa1" });
  assert.deepEqual(attempt().groups, ["system:serviceaccounts", "system:serviceaccounts:ns1", "system:authenticated"]);
  const [first] = asked;
  assert.deepEqual(first?.isResource && [first.resource, first.namespace, first.name], [
    "serviceaccounts",
    "ns1",
    "sa1",
  ]);
});

test("impersonated() refuses, and refuses groups without a user", () => {
  assert.throws(asking({ "impersonate-user": "alice" }, false).attempt, {
    code: 403,
    message:
      'users "alice" is forbidden: User "root" cannot impersonate resource "users" in API group "" at the cluster scope',
  });
  assert.throws(asking({ "impersonate-group": "devs" }).attempt, {
    code: 500,
    message: /without impersonating a user/,
  });
});
