import assert from "node:assert/strict";
import { test } from "node:test";
import { review } from "../testing/index.ts";
import { networkAttachmentDefinitionAdmission } from "./network-attachment-definition.ts";

function problems(config: string | undefined) {
  const nad = {
    apiVersion: "k8s.cni.cncf.io/v1",
    kind: "NetworkAttachmentDefinition",
    metadata: { name: "net", namespace: "default" },
    ...(config !== undefined && { spec: { config } }),
  };
  return (networkAttachmentDefinitionAdmission.validate?.(review(nad)) ?? []).map(
    ({ path, message }) => `${path}: ${message}`,
  );
}

test("a plugin, a list of plugins, or nothing at all is fine", () => {
  assert.deepEqual(problems('{"cniVersion":"0.3.1","type":"bridge","bridge":"br0"}'), []);
  assert.deepEqual(problems('{"cniVersion":"1.0.0","name":"n","plugins":[{"type":"bridge"},{"type":"tuning"}]}'), []);
  assert.deepEqual(problems(undefined), []);
  assert.deepEqual(problems("  "), []);
});

test("text that no plugin could be run from is refused", () => {
  assert.match(
    problems("{")[0] ?? "",
    /^spec\.config: Cannot use spec\.config as a CNI configuration: it is no JSON \(/,
  );
  assert.match(problems("[]")[0] ?? "", /it is no JSON object$/);
  assert.match(problems('{"name":"n"}')[0] ?? "", /it names no plugin/);
  assert.match(problems('{"plugins":[]}')[0] ?? "", /"plugins" is no list of plugins$/);
  assert.match(problems('{"plugins":[{"type":"bridge"},{}]}')[0] ?? "", /plugins\[1\] has no "type"$/);
});
