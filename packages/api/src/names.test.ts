import assert from "node:assert/strict";
import { test } from "node:test";
import {
  asPrefix,
  dns1035Label,
  dns1123Label,
  dns1123Subdomain,
  labelValue,
  pathSegment,
  qualifiedName,
} from "./names.ts";

test("dns1123Subdomain() refuses capitals in Kubernetes' words", () => {
  assert.deepEqual(dns1123Subdomain("Bad_Name"), [
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
  ]);
  assert.deepEqual(dns1123Subdomain("a.b-c.d"), []);
});

test("dns1123Subdomain() says both that a name is too long and that it is wrong", () => {
  const problems = dns1123Subdomain(`${"a".repeat(253)}-`);
  assert.equal(problems[0], "must be no more than 253 characters");
  assert.equal(problems.length, 2);
});

test("dns1123Label() allows a leading digit, dns1035Label() does not", () => {
  assert.deepEqual(dns1123Label("1a"), []);
  assert.equal(dns1035Label("1a").length, 1);
  assert.equal(dns1123Label("a.b").length, 1);
});

test("qualifiedName() names the part that is wrong", () => {
  assert.deepEqual(qualifiedName("kubevirt.io/vm"), []);
  assert.deepEqual(qualifiedName("a b"), [
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
  ]);
  assert.deepEqual(qualifiedName("/x"), ["prefix part must be non-empty"]);
  assert.deepEqual(qualifiedName("x.io/"), ["name part must be non-empty"]);
  assert.match(
    qualifiedName("a/b/c")[0] ?? "",
    /^a qualified name must consist .* with an optional DNS subdomain prefix/,
  );
});

test("labelValue() may be empty, with no blank inside", () => {
  assert.deepEqual(labelValue(""), []);
  assert.deepEqual(labelValue("c d"), [
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
  ]);
});

test("pathSegment() only keeps out what a path cannot hold", () => {
  assert.deepEqual(pathSegment("system:node"), []);
  assert.deepEqual(pathSegment("a/b%c"), ["may not contain '/'", "may not contain '%'"]);
  assert.deepEqual(pathSegment(".."), ["may not be '..'"]);
});

test("asPrefix() lets a prefix end in a dash", () => {
  assert.deepEqual(asPrefix(dns1123Label)("vm-"), []);
  assert.equal(asPrefix(dns1123Label)("VM-").length, 1);
});
