import assert from "node:assert/strict";
import { test } from "node:test";
import { schemaAt } from "./field-table/render-field-table.ts";
import { CustomResourceDefinition } from "./kinds/apiextensions/custom-resource-definition.ts";
import { VirtualMachine } from "./kinds/kubevirt/virtual-machine.ts";
import { VirtualMachineInstanceReplicaSet } from "./kinds/kubevirt/virtual-machine-instance-replica-set.ts";
import { peapodKinds } from "./kinds/peapod.ts";
import { toOpenApi } from "./openapi.ts";
import { renderCrd } from "./render-crd.ts";
import { isQuantity, type SchemaNode } from "./schema.ts";
import { findUnknownFields } from "./structural/prune.ts";
import { validateStructural } from "./structural/validate.ts";

for (const kind of peapodKinds) {
  test(`renderCrd() of ${kind.kind} is a valid CustomResourceDefinition with nothing of ours in it`, () => {
    const crd = renderCrd(kind);
    assert.deepEqual(validateStructural(CustomResourceDefinition.schema, crd), []);
    assert.deepEqual(findUnknownFields(CustomResourceDefinition.schema, crd), []);
    assert.doesNotMatch(
      JSON.stringify(crd),
      /"(honoured|because|honouredValues|presence|wire|precision|x-kubernetes-patch-[a-z-]+)":/,
    );
  });

  test(`the schema of ${kind.kind} is structural`, () => {
    assert.deepEqual(findUnstructural(toOpenApi(kind.schema, "crd"), ""), []);
  });
}

test("renderCrd() serves older versions beside the stored one", () => {
  const { metadata, spec } = renderCrd(VirtualMachine);
  assert.equal(metadata.name, "virtualmachines.kubevirt.io");
  assert.deepEqual(
    spec.versions.map(({ name, storage, deprecated }) => ({ name, storage, deprecated })),
    [
      { name: "v1", storage: true, deprecated: undefined },
      { name: "v1alpha3", storage: false, deprecated: true },
    ],
  );
  assert.deepEqual(spec.names.shortNames, ["vm", "vms"]);
});

test("renderCrd() tells of subresources and columns", () => {
  const [version] = renderCrd(VirtualMachineInstanceReplicaSet).spec.versions;
  assert.equal(version?.subresources?.scale?.specReplicasPath, ".spec.replicas");
  assert.deepEqual(
    version?.additionalPrinterColumns?.map(({ name }) => name),
    ["Desired", "Current", "Ready", "Age"],
  );
});

test("renderCrd() says of a field that it is not honoured, for kubectl explain", () => {
  const tpm = schemaAt(toOpenApi(VirtualMachine.schema, "crd"), "spec.template.spec.domain.devices.tpm");
  assert.equal(tpm?.description, "A virtual TPM 2.0. Not yet: virtual TPMs are yet to come.");
});

test("renderCrd() says nothing of metadata", () => {
  const schema = renderCrd(VirtualMachine).spec.versions[0]?.schema?.openAPIV3Schema;
  assert.deepEqual(schema?.properties?.["metadata"], { type: "object" });
});

/** Kubernetes' rules for structural schemas, as far as ours could break them. */
function findUnstructural(schema: SchemaNode, path: string): string[] {
  const problems: string[] = [];
  const free = schema["x-kubernetes-preserve-unknown-fields"] || schema["x-kubernetes-int-or-string"];
  if (schema.type === undefined && !free) problems.push(`${path} has no type`);
  if (schema.properties && schema.additionalProperties) problems.push(`${path} has properties of both kinds`);
  if (schema["x-kubernetes-int-or-string"] && isQuantity(schema) !== (schema.pattern !== undefined)) {
    problems.push(`${path} is a quantity with another pattern`);
  }
  for (const key of schema["x-kubernetes-list-map-keys"] ?? []) {
    const property = schema.items?.properties?.[key];
    if (!property) problems.push(`${path} has no key ${key}`);
    else if (!schema.items?.required?.includes(key) && property.default === undefined) {
      problems.push(`${path}: key ${key} is neither required nor has it a default`);
    }
  }
  const below = [
    ...Object.entries(schema.properties ?? {}).map(([name, child]) => [child, `${path}.${name}`] as const),
    ...(schema.items ? [[schema.items, `${path}[]`] as const] : []),
    ...(schema.additionalProperties ? [[schema.additionalProperties, `${path}{}`] as const] : []),
  ];
  return [...problems, ...below.flatMap(([child, childPath]) => findUnstructural(child, childPath))];
}
