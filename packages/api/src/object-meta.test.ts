import assert from "node:assert/strict";
import { test } from "node:test";
import type { ObjectMeta } from "./meta.ts";
import { dns1123Label } from "./names.ts";
import { validateObjectMeta, validateObjectMetaUpdate, warnAboutFinalizers } from "./object-meta.ts";
import { formatProblem, formatProblems } from "./problem.ts";

const namespaced = { namespaced: true };
const sentences = (meta: ObjectMeta, rules = namespaced) => validateObjectMeta(meta, rules).map(formatProblem);

test("validateObjectMeta() accepts an ordinary object", () => {
  assert.deepEqual(sentences({ name: "e1", namespace: "default", labels: { "a.b/c": "d" }, finalizers: ["a/b"] }), []);
});

test("validateObjectMeta() asks for a name", () => {
  assert.deepEqual(sentences({ namespace: "default" }), [
    "metadata.name: Required value: name or generateName is required",
  ]);
});

test("validateObjectMeta() takes the kind's own rule for names", () => {
  const problems = validateObjectMeta({ name: "a.b", namespace: "default" }, { ...namespaced, nameRule: dns1123Label });
  assert.equal(problems[0]?.path, "metadata.name");
});

test("validateObjectMeta() refuses a namespace on a kind that has none, and asks for one on others", () => {
  assert.deepEqual(sentences({ name: "n", namespace: "x" }, { namespaced: false }), [
    "metadata.namespace: Forbidden: not allowed on this type",
  ]);
  assert.deepEqual(sentences({ name: "n" }), ["metadata.namespace: Required value"]);
});

test("validateObjectMeta() names the label that is wrong", () => {
  const [problem] = validateObjectMeta({ name: "n", namespace: "x", labels: { "a b": "ok" } }, namespaced);
  assert.equal(problem?.path, "metadata.labels");
  assert.match(problem?.message ?? "", /^Invalid value: "a b": name part must consist of/);
});

test("validateObjectMeta() limits annotations by bytes", () => {
  assert.deepEqual(sentences({ name: "n", namespace: "x", annotations: { a: "é".repeat(131_072) } }), [
    "metadata.annotations: Too long: may not be more than 262144 bytes",
  ]);
});

test("validateObjectMeta() says everything that is wrong with an owner", () => {
  const owner = { apiVersion: "", kind: "A", name: "", uid: "" };
  const problems = validateObjectMeta({ name: "n", namespace: "x", ownerReferences: [owner] }, namespaced);
  assert.equal(
    formatProblems(problems),
    '[metadata.ownerReferences.apiVersion: Invalid value: "": version must not be empty, metadata.ownerReferences.name: Invalid value: "": must not be empty, metadata.ownerReferences.uid: Invalid value: "": must not be empty]',
  );
});

test("validateObjectMeta() allows one controller", () => {
  const owner = (name: string) => ({ apiVersion: "v1", kind: "A", name, uid: name, controller: true });
  const [problem] = validateObjectMeta(
    { name: "n", namespace: "x", ownerReferences: [owner("a"), owner("b")] },
    namespaced,
  );
  assert.match(
    problem?.message ?? "",
    /Only one reference can have Controller set to true\. Found "true" in references for A\/a and A\/b$/,
  );
});

test("validateObjectMetaUpdate() keeps identity", () => {
  const old = { name: "n", namespace: "x", uid: "u1", creationTimestamp: "2026-01-01T00:00:00Z", generation: 2 };
  assert.deepEqual(validateObjectMetaUpdate(old, old), []);
  assert.deepEqual(validateObjectMetaUpdate({ ...old, uid: "zz", generation: 1 }, old).map(formatProblem), [
    'metadata.uid: Invalid value: "zz": field is immutable',
    "metadata.generation: Invalid value: 1: must not be decremented",
  ]);
});

test("validateObjectMetaUpdate() takes no new finalizer for an object that is being deleted", () => {
  const old = { name: "n", deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["a.b/c"] };
  assert.deepEqual(validateObjectMetaUpdate({ ...old, finalizers: ["a.b/c", "d.e/f"] }, old).map(formatProblem), [
    'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"d.e/f"}',
  ]);
});

test("warnAboutFinalizers() prefers a domain", () => {
  assert.deepEqual(warnAboutFinalizers({ finalizers: ["x", "a.b/c", "orphan"] }), [
    'metadata.finalizers: "x": prefer a domain-qualified finalizer name to avoid accidental conflicts with other finalizer writers',
  ]);
});
