import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "@peapod/api";
import type { UserInfo } from "@peapod/machinery";
import type { Attributes, Decision } from "../../engine/call.ts";
import { answerReview } from "./review.ts";

const bob: UserInfo = { username: "bob", groups: ["devs", "system:authenticated"] };

function review(
  kind: string,
  spec: object,
  options: { authorize?: (asked: Attributes) => Decision; namespace?: string } = {},
) {
  const group = kind.startsWith("Token") || kind === "SelfSubjectReview" ? "authentication" : "authorization";
  const object = { apiVersion: `${group}.k8s.io/v1`, kind, metadata: {}, spec } as KubeObject;
  return answerReview(object, options.namespace, {
    user: bob,
    authorize: options.authorize ?? (() => ({ allowed: false })),
    verifyToken: async (token) => (token === "good" ? { user: bob, audiences: ["api"] } : undefined),
    now: new Date("2026-11-20T12:00:00.500Z"),
  });
}

test("answerReview() tells somebody who they are", async () => {
  assert.deepEqual(await review("SelfSubjectReview", {}), {
    apiVersion: "authentication.k8s.io/v1",
    kind: "SelfSubjectReview",
    metadata: { creationTimestamp: "2026-11-20T12:00:00Z" },
    spec: {},
    status: { userInfo: { username: "bob", groups: ["devs", "system:authenticated"] } },
  });
});

test("answerReview() asks the authoriser about a resource, and passes its reason on", async () => {
  let asked: Attributes | undefined;
  const attributes = { namespace: "default", verb: "create", group: "apps", resource: "deployments", name: "" };
  const answer = await review(
    "SelfSubjectAccessReview",
    { resourceAttributes: attributes },
    {
      authorize: (one) => {
        asked = one;
        return { allowed: true, reason: "because" };
      },
    },
  );
  assert.deepEqual(asked, {
    user: bob,
    verb: "create",
    isResource: true,
    group: "apps",
    version: "*",
    resource: "deployments",
    subresource: undefined,
    namespace: "default",
    name: undefined,
  });
  assert.deepEqual((answer as unknown as { status: unknown }).status, { allowed: true, reason: "because" });
});

test("answerReview() asks about paths, and about others", async () => {
  const authorize = (asked: Attributes) => ({
    allowed: !asked.isResource && asked.path === "/metrics" && asked.user.username === "alice",
  });
  const spec = { user: "alice", nonResourceAttributes: { path: "/metrics", verb: "get" } };
  const answer = await review("SubjectAccessReview", spec, { authorize });
  assert.deepEqual((answer as unknown as { status: unknown }).status, { allowed: true });
});

test("answerReview() refuses reviews that ask nothing, two things, of nobody, or of another namespace", async () => {
  const resourceAttributes = { verb: "get", resource: "pods", namespace: "a" };
  const both = { resourceAttributes, nonResourceAttributes: { path: "/" } };
  await assert.rejects(review("SelfSubjectAccessReview", both), { code: 422 });
  await assert.rejects(review("SelfSubjectAccessReview", {}), {
    code: 422,
    message:
      'SelfSubjectAccessReview.authorization.k8s.io "" is invalid: spec.resourceAttributes: Required value: exactly one of nonResourceAttributes or resourceAttributes must be specified',
  });
  await assert.rejects(review("SubjectAccessReview", { resourceAttributes }), { code: 422 });
  const local = { user: "alice", resourceAttributes };
  await assert.rejects(review("LocalSubjectAccessReview", local, { namespace: "b" }), { code: 400 });
});

test("answerReview() looks into tokens", async () => {
  const status = async (token: string) =>
    ((await review("TokenReview", { token })) as unknown as { status: unknown }).status;
  assert.deepEqual(await status("good"), { authenticated: true, user: bob, audiences: ["api"] });
  assert.deepEqual(await status("bad"), { user: {}, error: "[invalid bearer token, token lookup failed]" });
  await assert.rejects(status(""), { code: 422 });
});

test("answerReview() lists what an administrator may, and says that it does not know where others may something", async () => {
  const all = await review(
    "SelfSubjectRulesReview",
    { namespace: "default" },
    { authorize: () => ({ allowed: true }) },
  );
  const status = (all as unknown as { status: { resourceRules: unknown; incomplete: boolean } }).status;
  assert.deepEqual(status.resourceRules, [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }]);
  assert.equal(status.incomplete, false);
  const none = await review("SelfSubjectRulesReview", { namespace: "default" });
  assert.equal((none as unknown as { status: { incomplete: boolean } }).status.incomplete, true);
});

test("answerReview() leaves other kinds alone", async () => {
  assert.equal(await review("Whatever", {}), undefined);
});
