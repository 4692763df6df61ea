import assert from "node:assert/strict";
import { test } from "node:test";
import { ImageReferenceError, normalizeReference } from "./reference.ts";

const digest = `sha256:${"a".repeat(64)}`;

test("normalizeReference() spells names as Docker does", () => {
  const spelled = {
    busybox: "docker.io/library/busybox:latest",
    "kubevirt/cirros": "docker.io/kubevirt/cirros:latest",
    "quay.io/kubevirt/cirros-container-disk-demo": "quay.io/kubevirt/cirros-container-disk-demo:latest",
    "docker://quay.io/a/b:v1": "quay.io/a/b:v1",
    "localhost/a": "localhost/a:latest",
    "localhost:5000/a/b": "localhost:5000/a/b:latest",
    [`quay.io/a/b:v1@${digest}`]: `quay.io/a/b@${digest}`,
  };
  for (const [text, normal] of Object.entries(spelled)) assert.equal(normalizeReference(text), normal);
});

test("normalizeReference() refuses what no registry would know", () => {
  for (const text of ["", "Quay.io/A/b", "a//b", "a:b:c/", "a@sha256:12", "../etc/passwd", "a b"]) {
    assert.throws(() => normalizeReference(text), ImageReferenceError, text);
  }
});
