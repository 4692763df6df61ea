import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import * as api from "../index.ts";
import type { Kind } from "../kind.ts";
import type { JsonValue, SchemaNode } from "../schema.ts";

/**
 * Walks the lists of upstream's fields in `testdata/fields` (path, type, constraints) and holds the schemas to them, both ways.
 */
const folder = new URL("../../testdata/fields/", import.meta.url);

const kinds: readonly Kind[] = [
  ...api.builtInKinds,
  ...api.peapodKinds,
  api.VirtualMachineInstanceMigration,
  api.VirtualMachineInstanceReplicaSet,
];
const plain: { readonly [list: string]: SchemaNode } = {
  meta_v1_APIGroupList: api.APIGroupList,
  meta_v1_APIResourceList: api.APIResourceList,
  meta_v1_CreateOptions: api.CreateOptions,
  meta_v1_DeleteOptions: api.DeleteOptions,
  meta_v1_GetOptions: api.GetOptions,
  meta_v1_ListMeta: api.ListMeta,
  meta_v1_ListOptions: api.ListOptions,
  meta_v1_ObjectMeta: api.ObjectMeta,
  meta_v1_PatchOptions: api.PatchOptions,
  meta_v1_Status: api.Status,
  meta_v1_Table: api.Table,
  meta_v1_TableOptions: api.TableOptions,
  meta_v1_UpdateOptions: api.UpdateOptions,
  meta_v1_WatchEvent: api.WatchEvent,
};

/**
 * Go writes these always, if only as null, and the server does not ask for them: a ClusterRole may only aggregate, a token be for the
 * API server itself, a slice have no endpoints.
 */
const notDemanded = /^(rules|subjects|endpoints|spec\.audiences|status\.(resourceRules|nonResourceRules))$/;
/** Values that upstream's documents and programs use where its schema has another one: they are accepted beside it. */
const alsoAccepted: { readonly [path: string]: readonly string[] } = {
  "spec.mode": ["disable"],
  "spec.coordinator.mode": ["disable"],
};
/** Fields that upstream had once and prunes now; a client that is strict would refuse manifests that still have them. */
const alsoServed = new Set(["spiderpool.spidernet.io_v2beta1_SpiderIPPool spec.vlan"]);
const byList = new Map<string, SchemaNode>(Object.entries(plain));
for (const kind of kinds) byList.set(`${kind.group || "core"}_${kind.version}_${kind.kind}`, kind.schema);

for (const name of readdirSync(folder)) {
  const list = name.replace(/\.tsv$/, "");
  test(`the schema of ${list} has every field of its list, with type and constraints, and no other`, () => {
    const schema = byList.get(list);
    assert.ok(schema, `no schema for ${list}`);
    const rows = readRows(name);
    const problems = rows.flatMap((row) => compare(schema, row));
    const listed = new Set(rows.map((row) => row.path));
    const extra = pathsOf(schema).filter(
      (path) =>
        !listed.has(path) && !alsoServed.has(`${list} ${path}`) && !/^(apiVersion|kind|metadata)($|[.{[])/.test(path),
    );
    assert.deepEqual([...problems, ...extra.map((path) => `${path} is not in the list`)], []);
  });
}

for (const kind of api.peapodKinds) {
  const list = `${kind.group}_${kind.version}_${kind.kind}`;
  for (const { name, schema } of api.renderCrd(kind).spec.versions) {
    test(`the CRD of ${list} serves every field of its list as ${name}`, () => {
      const rows = readRows(`${list}.tsv`).filter(({ path }) => path !== "metadata"); // of which a CRD says nothing
      const served = schema?.openAPIV3Schema as SchemaNode; // what is served is a schema too
      assert.deepEqual(
        rows.flatMap((row) => compare(served, row)),
        [],
      );
    });
  }
}

test("every kind has a list", () => {
  const lists = new Set(readdirSync(folder).map((name) => name.replace(/\.tsv$/, "")));
  assert.deepEqual(
    [...byList.keys()].filter((list) => !lists.has(list)),
    [],
  );
});

interface Row {
  readonly path: string;
  readonly type: string;
  readonly constraints: string;
}

function readRows(name: string): readonly Row[] {
  const lines = readFileSync(new URL(name, folder), "utf8").split("\n").slice(1);
  return lines
    .filter((line) => line !== "")
    .map((line) => {
      const [path = "", type = "", constraints = ""] = line.split("\t");
      return { path, type, constraints };
    });
}

function compare(root: SchemaNode, row: Row): string[] {
  const { node, parent, name } = resolve(root, row.path);
  if (!node) return [`${row.path} is missing`];
  const say = (what: string, got: unknown, wanted: unknown) =>
    `${row.path}: ${what} is ${JSON.stringify(got)}, not ${wanted}`;
  const problems: string[] = [];
  if (!hasType(node, row.type)) problems.push(say("type", [node.type, node.format], row.type));
  const words = row.constraints;
  const demanded = /\brequired\b/.test(words) && !notDemanded.test(row.path);
  if (
    name !== undefined &&
    !(row.path === "metadata" && demanded) &&
    (parent?.required ?? []).includes(name) !== demanded
  ) {
    problems.push(say("required", !demanded, demanded));
  }
  const [, listType, keys] = /list-type (\w+)(?: keys ([\w,]+))?/.exec(words) ?? [];
  // `details` of a Status is an object that carries a list marker in its Go type.
  if (listType !== node["x-kubernetes-list-type"] && row.type === "array") {
    problems.push(say("list-type", node["x-kubernetes-list-type"], listType));
  }
  if (keys !== node["x-kubernetes-list-map-keys"]?.join(",")) {
    problems.push(say("keys", node["x-kubernetes-list-map-keys"], keys));
  }
  problems.push(...compareEnum(node, row, say), ...compareDefault(node, words, say));
  for (const bound of ["minimum", "maximum"] as const) {
    const text = new RegExp(`\\b${bound} (-?\\d+)`).exec(words)?.[1];
    if (text !== undefined && node[bound] !== Number(text)) problems.push(say(bound, node[bound], text));
  }
  for (const [key, pattern] of [
    ["x-kubernetes-patch-strategy", /patch-strategy ([\w,]+)/],
    ["x-kubernetes-patch-merge-key", /patch-merge-key (\w+)/],
  ] as const) {
    const wanted = pattern.exec(words)?.[1];
    // Shared subtrees carry Kubernetes' patch keys into CRDs' kinds too, where renderCrd() strips them.
    if (node[key] !== wanted && (wanted !== undefined || words.includes("pb ")))
      problems.push(say(key, node[key], wanted));
  }
  const format = /(?<!\w)format (\w+)/.exec(words)?.[1];
  if (format !== undefined && node.format !== format) problems.push(say("format", node.format, format));
  const mapType = /(?:map|struct)-type (\w+)/.exec(words)?.[1];
  if (mapType !== undefined && mapType !== "granular" && node["x-kubernetes-map-type"] !== mapType) {
    problems.push(say("map-type", node["x-kubernetes-map-type"], mapType));
  }
  // The wire type in a Go tag is often wrong; the .proto files that clients are made from follow the field's own type.
  const [, field] = /pb ([\d.]+) \w+/.exec(words) ?? [];
  const wireType = wireTypeOf(resolve(root, `${row.path}[]`).node ?? node);
  if (field !== undefined && node.wire?.field !== field) problems.push(say("wire field", node.wire, field));
  if (field !== undefined && node.wire?.type !== wireType) {
    problems.push(say("wire type", node.wire, wireType));
  }
  return problems;
}

function wireTypeOf(node: SchemaNode): string {
  if (node.type === "integer" || node.type === "boolean") return "varint";
  return node.type === "number" ? "fixed64" : "bytes";
}

type Say = (what: string, got: unknown, wanted: unknown) => string;

/** `enum a|b` is closed; of `enum? a|b` (constants of a named Go type) only some are, and those have the same values. */
function compareEnum(node: SchemaNode, { path, type, constraints: words }: Row, say: Say): string[] {
  const [, open, text] = /enum(\??) (\S+)/.exec(words) ?? [];
  const values = (type === "boolean" ? text?.toLowerCase() : text)?.split("|").filter((value) => value !== "");
  const more: readonly JsonValue[] = alsoAccepted[path] ?? [];
  const got = node.enum?.filter((value) => value !== "" && !more.includes(value));
  if (!values) return got && !words.includes("pb ") ? [say("enum", got, "open")] : [];
  if (!got) return open === "?" ? [] : [say("enum", got, text)];
  return [...got].sort().join("|") === [...values].sort().join("|") ? [] : [say("enum", got, text)];
}

/** Empty strings and the zeros of Kubernetes' own kinds are what an absent field means in Go: nothing is ever filled in for them. */
function compareDefault(node: SchemaNode, words: string, say: Say): string[] {
  const [, text] = /default ("[^"]*"|ref\(\w+\)|\S+)/.exec(words) ?? [];
  const references: { readonly [text: string]: string } = {
    "ref(AzureSharedBlobDisk)": '"Shared"',
    "ref(AzureDataDiskCachingReadWrite)": '"ReadWrite"',
  };
  const wanted = text === undefined || text === '""' ? undefined : JSON.parse(references[text] ?? text);
  if (wanted === undefined && node.default === 0)
    return words.includes("required") || words.includes("pb ") ? [] : [say("default", 0, "absent")];
  return node.default === wanted ? [] : [say("default", node.default, text)];
}

function hasType(node: SchemaNode, type: string): boolean {
  const intOrString = node["x-kubernetes-int-or-string"] === true;
  switch (type) {
    case "string":
    case "duration":
      return node.type === "string" && node.format === undefined;
    case "integer":
    case "boolean":
    case "number":
    case "array":
      return node.type === type;
    case "int32":
    case "int64":
      return node.type === "integer" && node.format === type;
    case "quantity":
      return intOrString && api.isQuantity(node);
    case "int-or-string":
    case "string|number":
      return intOrString && !api.isQuantity(node);
    case "date-time":
      return node.format === "date-time" && node.precision === undefined && node.nullable === undefined;
    case "micro-time":
      return node.format === "date-time" && node.precision === "micros";
    case "string|null":
      return node.type === "string" && node.format === "date-time" && node.nullable === true;
    case "base64 bytes":
      return node.type === "string" && node.format === "byte";
    case "any":
      return node["x-kubernetes-preserve-unknown-fields"] === true;
    case "map":
      return node.type === "object" && node.additionalProperties !== undefined;
    case "ListMeta":
      return node.properties === api.ListMeta.properties;
    case "ObjectMeta":
      return node.properties === api.ObjectMeta.properties || node["x-kubernetes-preserve-unknown-fields"] === true;
    default:
      return node.type === "object" || node["x-kubernetes-preserve-unknown-fields"] === true;
  }
}

/** `a.b[].c{}` → the node, the object it is a property of, and its name there. */
function resolve(root: SchemaNode, path: string): { node?: SchemaNode; parent?: SchemaNode; name?: string } {
  let node: SchemaNode | undefined = root;
  let parent: SchemaNode | undefined;
  let name: string | undefined;
  for (const [, word, brackets] of path.matchAll(/([^.[\]{}]+)|(\[\]|\{\})/g)) {
    parent = word === undefined ? undefined : node;
    name = word;
    if (brackets === "[]") node = node?.items;
    else if (brackets === "{}") node = node?.additionalProperties;
    else node = node?.properties?.[word ?? ""];
  }
  return { ...(node && { node }), ...(parent && { parent }), ...(name !== undefined && { name }) };
}

function pathsOf(node: SchemaNode, path = ""): string[] {
  const below = (child: SchemaNode, childPath: string) => [childPath, ...pathsOf(child, childPath)];
  return [
    ...Object.entries(node.properties ?? {})
      .filter(([, child]) => child.properties !== api.ObjectMeta.properties)
      .flatMap(([name, child]) => below(child, path === "" ? name : `${path}.${name}`)),
    ...(node.items ? below(node.items, `${path}[]`) : []),
    ...(node.additionalProperties ? below(node.additionalProperties, `${path}{}`) : []),
  ];
}
