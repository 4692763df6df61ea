import {
  childPath,
  duplicate,
  forbidden,
  invalid,
  type JsonValue,
  matchesPattern,
  notSupported,
  type Problem,
  prune,
  required,
  type SchemaNode,
  validateStructural,
} from "@peapod/api";

/** A schema as a user's definition writes it: it may hold words that are not allowed. */
type Written = { readonly [word: string]: JsonValue | undefined };

/**
 * What keeps a definition's schema from being structural: every value must have a type that does not depend on other values.
 *
 * @param path  of the schema: `spec.versions[0].schema.openAPIV3Schema`
 * @see https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
 */
export function validateDefinitionSchema(schema: SchemaNode, path: string): readonly Problem[] {
  const root = schema as Written;
  const problems: Problem[] = [];
  if (root["type"] === undefined || root["type"] === "") {
    problems.push(required(childPath(path, "type"), "must not be empty at the root"));
  } else if (root["type"] !== "object") {
    problems.push(invalid(childPath(path, "type"), root["type"], "must be object at the root"));
  }
  if (root["nullable"]) problems.push(forbidden(childPath(path, "nullable"), "nullable cannot be true at the root"));
  if (root["additionalProperties"] !== undefined) {
    problems.push(forbidden(childPath(path, "additionalProperties"), "must not be used at the root"));
  }
  return [...problems, ...metadataProblems(root, path), ...nodeProblems(root, path, "root")];
}

const restrictable = new Set(["name", "generateName"]);

/** A definition may narrow names, and nothing else of metadata. */
function metadataProblems(root: Written, path: string): readonly Problem[] {
  const metadata = childOf(root, "metadata");
  if (!metadata) return [];
  const at = childPath(childPath(path, "properties[metadata]"), "properties");
  const sentence = "must not specify anything other than name and generateName, but metadata is implicitly specified";
  const words = Object.keys(metadata).filter((word) => !["type", "properties", "description"].includes(word));
  const names = Object.keys(childrenOf(metadata)).filter((name) => !restrictable.has(name));
  if (words.length === 0 && names.length === 0) return [];
  return [forbidden(names.length > 0 ? at : childPath(path, "properties[metadata]"), sentence)];
}

type Place = "root" | "property" | "items" | "additional";

function nodeProblems(node: Written, path: string, place: Place): readonly Problem[] {
  return [
    ...typeProblems(node, path, place),
    ...wordProblems(node, path),
    ...listProblems(node, path),
    ...logicProblems(node, path),
    ...defaultProblems(node, path),
    ...Object.entries(childrenOf(node)).flatMap(([name, child]) =>
      nodeProblems(child, `${path}.properties[${name}]`, "property"),
    ),
    ...under(node, "items", (child) => nodeProblems(child, childPath(path, "items"), "items")),
    ...under(node, "additionalProperties", (child) =>
      nodeProblems(child, childPath(path, "additionalProperties"), "additional"),
    ),
  ];
}

function typeProblems(node: Written, path: string, place: Place): readonly Problem[] {
  if (place === "root") return [];
  const isFree = node["x-kubernetes-int-or-string"] === true || node["x-kubernetes-preserve-unknown-fields"] === true;
  if (isFree || (typeof node["type"] === "string" && node["type"] !== "")) return [];
  const what = place === "items" ? "specified array items" : "specified object fields";
  return [required(childPath(path, "type"), `must not be empty for ${what}`)];
}

const forbiddenWords = [
  "definitions",
  "dependencies",
  "deprecated",
  "discriminator",
  "id",
  "patternProperties",
  "readOnly",
  "writeOnly",
  "xml",
  "$ref",
  "additionalItems",
];

function wordProblems(node: Written, path: string): readonly Problem[] {
  const problems: Problem[] = [];
  for (const word of forbiddenWords) {
    if (node[word] !== undefined) problems.push(forbidden(childPath(path, word), `${word} is not supported`));
  }
  if (node["uniqueItems"] === true) {
    const sentence = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic";
    problems.push(forbidden(childPath(path, "uniqueItems"), sentence));
  }
  if (node["type"] === "null") {
    problems.push(forbidden(childPath(path, "type"), "type cannot be set to null, use nullable as an alternative"));
  }
  if (node["additionalProperties"] !== undefined && Object.keys(childrenOf(node)).length > 0) {
    const sentence = "additionalProperties and properties are mutual exclusive";
    problems.push(forbidden(childPath(path, "additionalProperties"), sentence));
  }
  if (node["type"] === "array" && node["items"] === undefined) {
    problems.push(required(childPath(path, "items"), "must be specified"));
  }
  if (Array.isArray(node["items"])) {
    problems.push(forbidden(childPath(path, "items"), "items must be a schema object and not an array"));
  }
  if (node["x-kubernetes-preserve-unknown-fields"] === false) {
    const at = childPath(path, "x-kubernetes-preserve-unknown-fields");
    problems.push(invalid(at, false, "must be true or undefined"));
  }
  if (node["x-kubernetes-embedded-resource"] === true && node["type"] !== "object") {
    const sentence = "must be object if x-kubernetes-embedded-resource is true";
    problems.push(invalid(childPath(path, "type"), node["type"] ?? "", sentence));
  }
  const { pattern } = node as { readonly pattern?: unknown };
  if (typeof pattern === "string") problems.push(...patternProblems(pattern, childPath(path, "pattern")));
  return problems;
}

function patternProblems(pattern: string, path: string): readonly Problem[] {
  try {
    matchesPattern(pattern, "");
    return [];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [invalid(path, pattern, `must be a valid regular expression, but isn't: ${why}`)];
  }
}

const listTypes = ["atomic", "set", "map"];

function listProblems(node: Written, path: string): readonly Problem[] {
  const problems: Problem[] = [];
  const mapType = node["x-kubernetes-map-type"];
  if (mapType !== undefined && mapType !== "atomic" && mapType !== "granular") {
    problems.push(notSupported(childPath(path, "x-kubernetes-map-type"), mapType, ["atomic", "granular"]));
  }
  const listType = node["x-kubernetes-list-type"];
  const keys = node["x-kubernetes-list-map-keys"];
  const at = childPath(path, "x-kubernetes-list-type");
  if (listType === undefined) {
    if (keys !== undefined) problems.push(required(at, "must be map if x-kubernetes-list-map-keys is non-empty"));
    return problems;
  }
  if (typeof listType !== "string" || !listTypes.includes(listType)) {
    return [...problems, notSupported(at, listType, listTypes)];
  }
  if (node["type"] !== "array") {
    problems.push(
      invalid(childPath(path, "type"), node["type"] ?? "", "must be array if x-kubernetes-list-type is specified"),
    );
  }
  const items = childOfWord(node, "items");
  if (listType === "set" && items && items["type"] === "array" && items["x-kubernetes-list-type"] !== "atomic") {
    const sentence = "must be atomic as item of a list with x-kubernetes-list-type=set";
    problems.push(
      invalid(childPath(path, "items.x-kubernetes-list-type"), items["x-kubernetes-list-type"] ?? null, sentence),
    );
  }
  if (listType === "map") problems.push(...mapKeyProblems(node, items, path));
  return problems;
}

function mapKeyProblems(node: Written, items: Written | undefined, path: string): readonly Problem[] {
  const at = childPath(path, "x-kubernetes-list-map-keys");
  const given = node["x-kubernetes-list-map-keys"];
  const keys = Array.isArray(given) ? given.map(String) : [];
  if (keys.length === 0) return [required(at, "must not be empty if x-kubernetes-list-type is map")];
  const problems: Problem[] = [];
  const fields = items ? childrenOf(items) : {};
  const needed = items && Array.isArray(items["required"]) ? items["required"] : [];
  for (const [index, key] of keys.entries()) {
    const field = fields[key];
    if (keys.indexOf(key) !== index) problems.push(duplicate(childPath(at, index), key));
    if (!field) {
      problems.push(invalid(childPath(at, index), key, "entries must all be names of item properties"));
      continue;
    }
    const fieldPath = `${path}.items.properties[${key}]`;
    if (field["type"] === "object" || field["type"] === "array") {
      const sentence = "must be a scalar type if parent array's x-kubernetes-list-type is map";
      problems.push(invalid(`${fieldPath}.type`, field["type"], sentence));
    }
    if (!needed.includes(key) && field["default"] === undefined) {
      const sentence =
        "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property";
      problems.push(required(`${fieldPath}.default`, sentence));
    }
  }
  return problems;
}

const logicWords = ["allOf", "anyOf", "oneOf"];
/** Words that only the structure may use, with what a branch of the logic is told. */
const structuralWords: Readonly<Record<string, string>> = {
  type: "must be empty to be structural",
  title: "must be empty to be structural",
  description: "must be empty to be structural",
  default: "must be undefined to be structural",
  additionalProperties: "must be undefined to be structural",
  nullable: "must be false to be structural",
  "x-kubernetes-preserve-unknown-fields": "must be false to be structural",
  "x-kubernetes-embedded-resource": "must be false to be structural",
  "x-kubernetes-int-or-string": "must be false to be structural",
  "x-kubernetes-list-map-keys": "must be empty to be structural",
  "x-kubernetes-list-type": "must be undefined to be structural",
  "x-kubernetes-map-type": "must be undefined to be structural",
  "x-kubernetes-validations": "must be empty to be structural",
};

function logicProblems(node: Written, path: string): readonly Problem[] {
  const problems: Problem[] = [];
  for (const word of logicWords) {
    const branches = node[word];
    if (!Array.isArray(branches)) continue;
    for (const [index, branch] of branches.entries()) {
      if (!isWritten(branch) || isIntOrString(node, word, index, branches)) continue;
      problems.push(...branchProblems(branch, node, `${path}.${word}[${index}]`));
    }
  }
  const not = childOfWord(node, "not");
  return not ? [...problems, ...branchProblems(not, node, childPath(path, "not"))] : problems;
}

/** The two forms in which an int-or-string may say what it is. */
function isIntOrString(node: Written, word: string, index: number, branches: readonly unknown[]): boolean {
  if (node["x-kubernetes-int-or-string"] !== true) return false;
  const types = (list: unknown) =>
    Array.isArray(list) && list.length === 2 && list[0]?.type === "integer" && list[1]?.type === "string";
  if (word === "anyOf") return types(branches);
  const first = branches[0];
  return word === "allOf" && index === 0 && isWritten(first) && types(first["anyOf"]);
}

/** A branch restricts what the structure declares; it declares nothing itself. */
function branchProblems(branch: Written, outside: Written | undefined, path: string): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [word, sentence] of Object.entries(structuralWords)) {
    if (branch[word] !== undefined && branch[word] !== false) problems.push(forbidden(childPath(path, word), sentence));
  }
  const declared = outside ? childrenOf(outside) : {};
  for (const [name, child] of Object.entries(childrenOf(branch))) {
    const at = `${path}.properties[${name}]`;
    if (!declared[name])
      problems.push(
        required(
          at.replace(/\.(allOf|anyOf|oneOf)\[\d+\]|\.not/g, ""),
          "because it is defined in a branch of the logic",
        ),
      );
    problems.push(...branchProblems(child, declared[name], at));
  }
  const items = childOfWord(branch, "items");
  if (items)
    problems.push(...branchProblems(items, outside && childOfWord(outside, "items"), childPath(path, "items")));
  for (const word of logicWords) {
    const branches = branch[word];
    if (!Array.isArray(branches)) continue;
    for (const [index, inner] of branches.entries()) {
      if (isWritten(inner)) problems.push(...branchProblems(inner, outside, `${path}.${word}[${index}]`));
    }
  }
  return problems;
}

/** A default must itself be a value that the schema would take. */
function defaultProblems(node: Written, path: string): readonly Problem[] {
  const value = node["default"];
  if (value === undefined || value === null) return [];
  const at = childPath(path, "default");
  const schema = node as SchemaNode;
  const pruned = prune(schema, value);
  if (JSON.stringify(pruned) !== JSON.stringify(value)) {
    return [invalid(at, value, "must not have unknown fields")];
  }
  try {
    return validateStructural(schema, value, { path: at });
  } catch {
    return []; // a pattern that cannot be read is reported by itself
  }
}

function childrenOf(node: Written): { readonly [name: string]: Written } {
  const { properties } = node as { readonly properties?: unknown };
  if (!isWritten(properties)) return {};
  return Object.fromEntries(
    Object.entries(properties).filter((entry): entry is [string, Written & JsonValue] => isWritten(entry[1])),
  );
}

function childOf(node: Written, name: string): Written | undefined {
  return childrenOf(node)[name];
}

function childOfWord(node: Written, word: string): Written | undefined {
  const child = node[word];
  return isWritten(child) ? child : undefined;
}

function under(node: Written, word: string, look: (child: Written) => readonly Problem[]): readonly Problem[] {
  const child = childOfWord(node, word);
  return child ? look(child) : [];
}

function isWritten(value: unknown): value is Written {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
