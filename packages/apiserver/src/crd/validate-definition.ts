import {
  type CustomResourceDefinition,
  type CustomResourceDefinitionVersion,
  deepEqual,
  dns1035Label,
  dns1123Subdomain,
  duplicate,
  forbidden,
  invalid,
  notSupported,
  type Problem,
  required,
  type SchemaNode,
} from "@peapod/api";
import { validateDefinitionSchema } from "./validate-schema.ts";

/** Everything wrong with a definition, in the sentences of Kubernetes. */
export function validateDefinition(
  definition: CustomResourceDefinition,
  old: CustomResourceDefinition | undefined,
): readonly Problem[] {
  const { spec, metadata } = definition;
  const problems: Problem[] = [...groupProblems(definition), ...nameProblems(definition)];
  if (metadata.name !== `${spec.names.plural}.${spec.group}`) {
    problems.push(invalid("metadata.name", metadata.name ?? "", 'must be spec.names.plural+"."+spec.group'));
  }
  if (spec.preserveUnknownFields) {
    const sentence =
      "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead";
    problems.push(invalid("spec.preserveUnknownFields", true, sentence));
  }
  problems.push(...versionsProblems(spec.versions), ...conversionProblems(definition));
  return old ? [...problems, ...changeProblems(definition, old)] : problems;
}

function groupProblems({ spec, metadata }: CustomResourceDefinition): readonly Problem[] {
  const { group } = spec;
  if (group === "") return [required("spec.group")];
  const problems: Problem[] = dns1123Subdomain(group).map((sentence) => invalid("spec.group", group, sentence));
  if (!group.includes(".")) problems.push(invalid("spec.group", group, "should be a domain with at least one dot"));
  const isProtected = /(^|\.)(k8s|kubernetes)\.io$/.test(group);
  const approval = "api-approved.kubernetes.io";
  if (isProtected && !metadata.annotations?.[approval]) {
    const sentence = `protected groups must have approval annotation "${approval}", see https://github.com/kubernetes/enhancements/pull/1111`;
    problems.push(required(`metadata.annotations[${approval}]`, sentence));
  }
  return problems;
}

function nameProblems({ spec }: CustomResourceDefinition): readonly Problem[] {
  const { names } = spec;
  const problems: Problem[] = [];
  const check = (field: string, name: string | undefined) => {
    if (name === undefined) return;
    problems.push(
      ...dns1035Label(name.toLowerCase()).map((sentence) => invalid(`spec.names.${field}`, name, sentence)),
    );
  };
  for (const field of ["plural", "kind"] as const) {
    if (!names[field]) problems.push(required(`spec.names.${field}`));
    else check(field, names[field]);
  }
  check("singular", names.singular);
  check("listKind", names.listKind);
  for (const [index, name] of (names.shortNames ?? []).entries()) check(`shortNames[${index}]`, name);
  for (const [index, name] of (names.categories ?? []).entries()) check(`categories[${index}]`, name);
  if (names.listKind && names.listKind === names.kind) {
    problems.push(invalid("spec.names.listKind", names.listKind, "kind and listKind may not be the same"));
  }
  return problems;
}

function versionsProblems(versions: readonly CustomResourceDefinitionVersion[]): readonly Problem[] {
  const problems: Problem[] = [];
  const names = versions.map(({ name }) => name);
  const plain = versions.map(({ name, served, storage }) => ({ name, served, storage }));
  if (new Set(names).size !== names.length)
    problems.push(invalid("spec.versions", plain, "must contain unique version names"));
  if (versions.filter(({ storage }) => storage).length !== 1) {
    problems.push(invalid("spec.versions", plain, "must have exactly one version marked as storage version"));
  }
  return [...problems, ...versions.flatMap((version, index) => versionProblems(version, `spec.versions[${index}]`))];
}

function versionProblems(version: CustomResourceDefinitionVersion, path: string): readonly Problem[] {
  const problems: Problem[] = dns1035Label(version.name).map((sentence) =>
    invalid(`${path}.name`, version.name, sentence),
  );
  const schemaPath = `${path}.schema.openAPIV3Schema`;
  // The definition's own schema leaves this part open: it is what the next function is for.
  const schema = version.schema?.openAPIV3Schema as SchemaNode | undefined;
  if (!schema) problems.push(required(schemaPath, "schemas are required"));
  else problems.push(...validateDefinitionSchema(schema, schemaPath));
  if (version.deprecationWarning !== undefined && !version.deprecated) {
    const sentence = "can only be set for deprecated versions";
    problems.push(invalid(`${path}.deprecationWarning`, version.deprecationWarning, sentence));
  }
  return [
    ...problems,
    ...subresourceProblems(version, schema, path),
    ...columnProblems(version, path),
    ...selectableProblems(version, path),
  ];
}

function subresourceProblems(
  { subresources }: CustomResourceDefinitionVersion,
  schema: SchemaNode | undefined,
  path: string,
): readonly Problem[] {
  const problems: Problem[] = [];
  if (subresources?.status && schema && schema.type !== "object") {
    const sentence =
      'only "object" is allowed as the type at the root of the schema if the status subresource is enabled';
    problems.push(invalid(`${path}.schema.openAPIV3Schema.type`, schema.type ?? "", sentence));
  }
  const { scale } = subresources ?? {};
  if (!scale) return problems;
  const at = `${path}.subresources.scale`;
  const check = (field: string, value: string | undefined, prefixes: readonly string[], sentence: string) => {
    if (value === undefined || (value !== "" && prefixes.some((prefix) => value.startsWith(prefix)))) return;
    problems.push(value === "" ? required(`${at}.${field}`) : invalid(`${at}.${field}`, value, sentence));
  };
  check("specReplicasPath", scale.specReplicasPath, [".spec."], "should be a json path under .spec");
  check("statusReplicasPath", scale.statusReplicasPath, [".status."], "should be a json path under .status");
  const either = "should be a json path under either .spec or .status";
  check("labelSelectorPath", scale.labelSelectorPath, [".spec.", ".status."], either);
  return problems;
}

const columnTypes = ["boolean", "date", "integer", "number", "string"];
const columnFormats = ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];

function columnProblems(
  { additionalPrinterColumns = [] }: CustomResourceDefinitionVersion,
  path: string,
): readonly Problem[] {
  return additionalPrinterColumns.flatMap(({ name, type, format, jsonPath }, index) => {
    const at = `${path}.additionalPrinterColumns[${index}]`;
    const problems: Problem[] = [];
    if (name === "") problems.push(required(`${at}.name`));
    if (type === "") problems.push(required(`${at}.type`, `must be one of ${columnTypes.join(",")}`));
    else if (!columnTypes.includes(type)) {
      problems.push(invalid(`${at}.type`, type, `must be one of ${columnTypes.join(",")}`));
    }
    if (format && !columnFormats.includes(format)) {
      problems.push(invalid(`${at}.format`, format, `must be one of ${columnFormats.join(",")}`));
    }
    if (jsonPath === "") problems.push(required(`${at}.JSONPath`));
    return problems;
  });
}

const maxSelectable = 8;

function selectableProblems(version: CustomResourceDefinitionVersion, path: string): readonly Problem[] {
  const fields = version.selectableFields ?? [];
  const at = `${path}.selectableFields`;
  const problems: Problem[] = [];
  if (fields.length > maxSelectable) {
    problems.push({
      path: at,
      reason: "FieldValueTooMany",
      message: `Too many: ${fields.length}: must have at most ${maxSelectable} items`,
    });
  }
  const seen = new Set<string>();
  for (const [index, { jsonPath }] of fields.entries()) {
    const where = `${at}[${index}].jsonPath`;
    if (seen.has(jsonPath)) problems.push(duplicate(where, jsonPath));
    seen.add(jsonPath);
    if (jsonPath === "") problems.push(required(where));
    else if (!jsonPath.startsWith("."))
      problems.push(invalid(where, jsonPath, "must be a simple json path starting with ."));
    else if (/^\.metadata(\.|$)/.test(jsonPath)) {
      problems.push(invalid(where, jsonPath, "must not point to fields in metadata"));
    } else problems.push(...selectableType(version, jsonPath, where));
  }
  return problems;
}

function selectableType(version: CustomResourceDefinitionVersion, jsonPath: string, where: string): readonly Problem[] {
  let schema = version.schema?.openAPIV3Schema as SchemaNode | undefined;
  for (const step of jsonPath.split(".").slice(1)) schema = schema?.properties?.[step];
  if (!schema) return [invalid(where, jsonPath, `is an invalid path: does not refer to a valid field`)];
  if (schema.type === "string" || schema.type === "boolean" || schema.type === "integer") return [];
  const sentence =
    "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.";
  return [invalid(where, jsonPath, sentence)];
}

function conversionProblems({ spec }: CustomResourceDefinition): readonly Problem[] {
  const { conversion } = spec;
  if (!conversion) return [];
  if (conversion.strategy === "Webhook") {
    // Stored honestly or not at all: versions that differ would be shown wrongly.
    return [notSupported("spec.conversion.strategy", "Webhook", ["None"])];
  }
  return conversion.webhook
    ? [forbidden("spec.conversion.webhook", "should not be set when strategy is not set to Webhook")]
    : [];
}

function changeProblems({ spec, status }: CustomResourceDefinition, old: CustomResourceDefinition): readonly Problem[] {
  const problems: Problem[] = [];
  const isEstablished = old.status?.conditions?.some(({ type, status: is }) => type === "Established" && is === "True");
  const fixed = (path: string, value: unknown, before: unknown) => {
    if (!deepEqual(value, before)) problems.push(invalid(path, value, "field is immutable"));
  };
  fixed("spec.group", spec.group, old.spec.group);
  fixed("spec.names.plural", spec.names.plural, old.spec.names.plural);
  if (isEstablished) {
    fixed("spec.scope", spec.scope, old.spec.scope);
    fixed("spec.names.kind", spec.names.kind, old.spec.names.kind);
  }
  for (const [index, version] of (status?.storedVersions ?? []).entries()) {
    if (spec.versions.some(({ name }) => name === version)) continue;
    const sentence = `missing from spec.versions; ${version} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${version} and removes ${version} from status.storedVersions`;
    problems.push(invalid(`status.storedVersions[${index}]`, version, sentence));
  }
  return problems;
}
