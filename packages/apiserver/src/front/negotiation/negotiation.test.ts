import assert from "node:assert/strict";
import { test } from "node:test";
import { bodyEncoding, negotiateAnswer, patchType } from "./negotiate.ts";
import { partialList } from "./partial.ts";
import { warningHeaders } from "./warning.ts";

const builtIn = { protobuf: true, transform: true };
const custom = { protobuf: false, transform: true };
const document = { protobuf: false, transform: false };

test("negotiateAnswer() gives JSON to whoever does not mind", () => {
  const json = { encoding: "json", as: "object", metaVersion: "v1" };
  assert.deepEqual(negotiateAnswer(null, builtIn), json);
  assert.deepEqual(negotiateAnswer("", builtIn), json);
  assert.deepEqual(negotiateAnswer("application/json, */*", builtIn), json);
  assert.deepEqual(negotiateAnswer("*/*", builtIn), json);
  assert.deepEqual(negotiateAnswer("application/*", custom), json);
});

test("negotiateAnswer() prefers JSON to protobuf where both will do, and gives protobuf where only that will", () => {
  assert.equal(negotiateAnswer("application/vnd.kubernetes.protobuf,application/json", builtIn).encoding, "json");
  assert.equal(negotiateAnswer("application/vnd.kubernetes.protobuf", builtIn).encoding, "protobuf");
});

test("negotiateAnswer() makes tables for kubectl", () => {
  const accept =
    "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json";
  assert.deepEqual(negotiateAnswer(accept, custom), { encoding: "json", as: "table", metaVersion: "v1" });
  assert.equal(negotiateAnswer(accept, document).as, "object");
});

test("negotiateAnswer() makes partial objects in both versions", () => {
  assert.deepEqual(negotiateAnswer("application/json;as=PartialObjectMetadataList;v=v1beta1;g=meta.k8s.io", custom), {
    encoding: "json",
    as: "partialList",
    metaVersion: "v1beta1",
  });
  const both =
    "application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";
  assert.deepEqual(negotiateAnswer(both, builtIn), { encoding: "json", as: "partial", metaVersion: "v1" });
});

test("negotiateAnswer() goes by quality, then by order", () => {
  assert.equal(negotiateAnswer("application/json;q=0.5, application/yaml", custom).encoding, "yaml");
  assert.equal(negotiateAnswer("application/yaml, application/json", custom).encoding, "yaml");
});

const refusal = {
  message:
    "only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf",
  code: 406,
};

test("negotiateAnswer() refuses what it cannot make, with the sentence that lists the types", () => {
  assert.throws(() => negotiateAnswer("text/plain", builtIn), refusal);
  assert.throws(() => negotiateAnswer("application/cbor", builtIn), refusal);
  assert.throws(() => negotiateAnswer("application/json;as=Foo;v=v1;g=meta.k8s.io", builtIn), refusal);
  assert.throws(() => negotiateAnswer("application/json;as=Table;v=v1;g=meta.k8s.io", document), refusal);
  assert.throws(() => negotiateAnswer("application/vnd.kubernetes.protobuf", custom), refusal);
});

test("bodyEncoding() takes JSON, YAML and protobuf, with or without parameters", () => {
  assert.equal(bodyEncoding(null), "json");
  assert.equal(bodyEncoding("application/json;charset=utf-8"), "json");
  assert.equal(bodyEncoding("application/yaml"), "yaml");
  assert.equal(bodyEncoding("application/vnd.kubernetes.protobuf"), "protobuf");
  assert.throws(() => bodyEncoding("application/cbor"), {
    code: 415,
    message:
      "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf",
  });
});

test("patchType() leaves parameters away", () => {
  assert.equal(patchType("application/merge-patch+json; charset=utf-8"), "application/merge-patch+json");
  assert.equal(patchType(null), "");
});

test("partialList() keeps metadata alone, and says of each item what it is", () => {
  const items = [{ metadata: { name: "a" }, spec: { secret: 1 } }];
  assert.deepEqual(partialList({ metadata: { resourceVersion: "7" }, items }, "v1"), {
    kind: "PartialObjectMetadataList",
    apiVersion: "meta.k8s.io/v1",
    metadata: { resourceVersion: "7" },
    items: [{ kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: { name: "a" } }],
  });
});

test("warningHeaders() quotes, and lets no line feed through", () => {
  assert.deepEqual(warningHeaders(['unknown field "spec.bogus"', "a\r\nX-Evil: 1", "ünïcode →"]), [
    '299 - "unknown field \\"spec.bogus\\""',
    '299 - "a X-Evil: 1"',
    '299 - "ünïcode ?"',
  ]);
});

test("warningHeaders() says a sentence once, and cuts them short when they are too many", () => {
  assert.deepEqual(warningHeaders(["a", "a"]), ['299 - "a"']);
  const many = Array.from({ length: 20 }, (_, index) => `${index} ${"x".repeat(500)}`);
  assert.ok(warningHeaders(many).every((header) => header.length <= 256 + '299 - ""'.length));
});
