/** Every manifest that we show people is admitted as it stands: those in examples/, and those on the manual pages. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  admissions,
  findUnknownFields,
  type Kind,
  type KubeObject,
  peapodKinds,
  validateStructural,
} from "@peapod/api";
import { review } from "@peapod/api/testing";
import { parseYaml } from "@peapod/machinery";

const root = join(import.meta.dirname, "..");

for (const file of globSync("examples/**/*.yaml", { cwd: root })) {
  test(`${file} is admitted`, () => admit(readFileSync(join(root, file), "utf8")));
}

for (const file of globSync("docs/kinds/*.md", { cwd: root })) {
  test(`the manifests on ${file} are admitted`, () => {
    const manifests = [...readFileSync(join(root, file), "utf8").matchAll(/```yaml\n([\s\S]*?)```/g)];
    assert.ok(manifests.length > 0);
    for (const [, text = ""] of manifests) admit(text);
  });
}

function admit(text: string): void {
  for (const document of text.split(/^---$/m)) admitOne(parseYaml(document) as KubeObject);
}

function admitOne(object: KubeObject): void {
  const kind = peapodKinds.find((one) => one.kind === object.kind);
  assert.ok(kind, `no kind ${object.kind}`);
  assert.deepEqual(findUnknownFields(kind.schema, object), []);
  const asked = (one: KubeObject) => review({ ...one, metadata: { namespace: "default", ...one.metadata } });
  const mutated = admissionsOf(kind).reduce((one, { mutate }) => mutate?.(asked(one)) ?? one, object);
  assert.deepEqual(validateStructural(kind.schema, mutated), []);
  assert.deepEqual(
    admissionsOf(kind).flatMap(({ validate }) => validate?.(asked(mutated)) ?? []),
    [],
  );
}

function admissionsOf(kind: Kind) {
  return admissions.filter((admission) => admission.kind.kind === kind.kind);
}
