import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { KubeVirt, renderCrd, VirtualMachine } from "@peapod/api";
import { eventually } from "@peapod/machinery/testing";
import { type ApiServer, createApiServer } from "../server.ts";
import { callServer } from "../testing/call-server.ts";
import { readEvents } from "../testing/read-events.ts";
import { widgetsDefinition } from "../testing/widgets.ts";

const crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const widgets = "/apis/example.com/v1/namespaces/default/widgets";

let server: ApiServer;
before(async () => {
  server = await createApiServer({ crds: [renderCrd(VirtualMachine), renderCrd(KubeVirt)] });
});
after(() => server.close());

const send = (method: string, path: string, body?: unknown, type?: string) =>
  callServer(server, method, path, { ...(body !== undefined && { body }), ...(type !== undefined && { type }) });
const widget = (name: string, metadata: object = {}) => ({
  apiVersion: "example.com/v1",
  kind: "Widget",
  metadata: { name, ...metadata },
  spec: { color: "red" },
});
/** A small definition of group `NAME.example.com`. */
const definition = (name: string, names: object = {}, versions: readonly object[] = [version("v1")]) => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `things.${name}.example.com` },
  spec: {
    group: `${name}.example.com`,
    scope: "Cluster",
    names: { plural: "things", kind: "Thing", ...names },
    versions,
  },
});
const version = (name: string, given: object = {}) => ({
  name,
  served: true,
  storage: name === "v1",
  schema: { openAPIV3Schema: { type: "object", properties: { spec: { type: "object" } } } },
  ...given,
});

test("a definition is established, and its kind served, when its write is answered", async () => {
  const made = await send("POST", crds, widgetsDefinition);
  assert.equal(made.code, 201, made.text);
  assert.deepEqual(
    made.json.status.conditions.map(({ type, status, reason }: Record<string, string>) => [type, status, reason]),
    [
      ["NamesAccepted", "True", "NoConflicts"],
      ["Established", "True", "InitialNamesAccepted"],
    ],
  );
  assert.equal(made.json.status.acceptedNames.listKind, "WidgetList");
  assert.deepEqual(made.json.status.storedVersions, ["v1"]);
  assert.match(made.headers.get("warning") ?? "", /stores these rules but does not evaluate them yet/);
  assert.equal((await send("POST", widgets, widget("w1"))).code, 201);
  const discovery = await send("GET", "/apis/example.com/v1");
  assert.ok(discovery.json.resources.some(({ name }: { readonly name: string }) => name === "widgets/scale"));
});

test("deleting a definition deletes its instances first, and waits for those that are held", async () => {
  await send("POST", widgets, widget("held", { finalizers: ["example.com/hold"] }));
  await using events = readEvents(server, `${widgets}?watch=true`);
  const going = await send("DELETE", `${crds}/widgets.example.com`);
  assert.deepEqual(
    going.json.status.conditions.find(({ type }: { readonly type: string }) => type === "Terminating").reason,
    "InstanceDeletionInProgress",
  );
  await eventually(async () => (await send("GET", `${widgets}/w1`)).code === 404);
  const refused = await send("POST", widgets, widget("late"));
  assert.equal(refused.code, 403);
  assert.match(refused.json.message, /create not allowed while custom resource definition is terminating/);
  await send("PATCH", `${widgets}/held`, { metadata: { finalizers: null } }, "application/merge-patch+json");
  await eventually(async () => (await send("GET", `${crds}/widgets.example.com`)).code === 404);
  const gone = await send("GET", widgets);
  assert.deepEqual([gone.code, gone.text], [404, "404 page not found\n"]);
  await assert.rejects(events.take(100), /the watch ended/);
});

test("names that another definition of the group holds are not accepted, until they are free", async () => {
  const first = { ...definition("taken"), metadata: { name: "things.taken.example.com" } };
  await send("POST", crds, first);
  const names = { plural: "others", singular: "other", kind: "Thing" };
  const second = {
    ...first,
    metadata: { name: "others.taken.example.com" },
    spec: { ...first.spec, names },
  };
  const conflict = await send("POST", crds, second);
  assert.deepEqual(
    conflict.json.status.conditions.map(({ type, status, reason, message }: Record<string, string>) => [
      type,
      status,
      reason,
      message,
    ]),
    [
      ["NamesAccepted", "False", "KindConflict", '"Thing" is already in use'],
      ["Established", "False", "NotAccepted", "not all names are accepted"],
    ],
  );
  assert.equal((await send("GET", "/apis/taken.example.com/v1/others")).code, 404);
  await send("DELETE", `${crds}/things.taken.example.com`);
  await eventually(async () => (await send("GET", "/apis/taken.example.com/v1/others")).code === 200);
});

test("versions that differ in name alone show the same object, and the deprecated one says so", async () => {
  const old = version("v1alpha1", { deprecated: true });
  await send("POST", crds, definition("versions", {}, [old, version("v1")]));
  const path = (served: string) => `/apis/versions.example.com/${served}/things`;
  const body = { apiVersion: "versions.example.com/v1alpha1", kind: "Thing", metadata: { name: "t" }, spec: {} };
  const made = await send("POST", path("v1alpha1"), body);
  assert.equal(made.json.apiVersion, "versions.example.com/v1alpha1");
  assert.equal(made.headers.get("warning"), '299 - "versions.example.com/v1alpha1 Thing is deprecated"');
  const shown = await send("GET", `${path("v1")}/t`);
  assert.equal(shown.json.apiVersion, "versions.example.com/v1");
  assert.deepEqual({ ...shown.json, apiVersion: "" }, { ...made.json, apiVersion: "" });
  const list = await send("GET", path("v1alpha1"));
  assert.equal(list.json.items[0].apiVersion, "versions.example.com/v1alpha1");
});

test("an older object gets the defaults of a newer schema when it is read, and loses fields that are gone", async () => {
  const withSpec = (properties: object) => {
    const spec = { type: "object", properties };
    return version("v1", { schema: { openAPIV3Schema: { type: "object", properties: { spec } } } });
  };
  const older = definition("grown", {}, [withSpec({ old: { type: "string" } })]);
  await send("POST", crds, older);
  const path = "/apis/grown.example.com/v1/things";
  const made = await send("POST", path, {
    apiVersion: "grown.example.com/v1",
    kind: "Thing",
    metadata: { name: "t" },
    spec: { old: "x" },
  });
  const { resourceVersion } = (await send("GET", `${crds}/things.grown.example.com`)).json.metadata;
  const newer = definition("grown", {}, [withSpec({ size: { type: "integer", default: 3 } })]);
  const put = await send("PUT", `${crds}/things.grown.example.com`, {
    ...newer,
    metadata: { ...newer.metadata, resourceVersion },
  });
  assert.equal(put.code, 200, put.text);
  const read = (await send("GET", `${path}/t`)).json;
  assert.deepEqual(read.spec, { size: 3 });
  assert.equal(read.metadata.resourceVersion, made.json.metadata.resourceVersion);
});

test("our own kinds are ordinary definitions, served in their older versions too", async () => {
  const answer = await send("GET", "/apis/kubevirt.io/v1alpha3/namespaces/default/virtualmachines");
  assert.equal(answer.json.kind, "VirtualMachineList");
  assert.match(answer.headers.get("warning") ?? "", /kubevirt.io\/v1alpha3 is now deprecated/);
});

test("everything wrong with a definition is said at once", async () => {
  const wrong = {
    ...definition("wrong"),
    metadata: { name: "wrong" },
    spec: {
      group: "nodots",
      scope: "Cluster",
      names: { plural: "things", kind: "Thing", listKind: "Thing" },
      preserveUnknownFields: true,
      conversion: { strategy: "Webhook" },
      versions: [
        {
          name: "v1",
          served: true,
          storage: false,
          schema: {
            openAPIV3Schema: {
              type: "string",
              additionalProperties: { type: "string" },
              properties: {
                metadata: { type: "object", properties: { labels: { type: "object" } } },
                untyped: { description: "x" },
                list: { type: "array" },
                set: { type: "string", "x-kubernetes-list-type": "set" },
                keyed: {
                  type: "array",
                  "x-kubernetes-list-type": "map",
                  "x-kubernetes-list-map-keys": ["a", "b"],
                  items: { type: "object", properties: { a: { type: "string" } } },
                },
                logic: { type: "string", anyOf: [{ type: "string" }] },
                broken: { type: "string", pattern: "(" },
                wrongDefault: { type: "integer", default: "x" },
              },
            },
          },
          additionalPrinterColumns: [{ name: "A", type: "money", jsonPath: ".spec.a" }],
          selectableFields: [{ jsonPath: ".metadata.name" }],
          subresources: { scale: { specReplicasPath: ".replicas", statusReplicasPath: ".status.replicas" } },
        },
      ],
    },
  };
  const refused = await send("POST", crds, wrong);
  assert.equal(refused.code, 422, refused.text);
  const causes: readonly string[] = refused.json.details.causes.map(
    ({ field, message }: { readonly field: string; readonly message: string }) => `${field}: ${message}`,
  );
  const schema = "spec.versions[0].schema.openAPIV3Schema";
  const expected = [
    'spec.group: Invalid value: "nodots": should be a domain with at least one dot',
    'spec.names.listKind: Invalid value: "Thing": kind and listKind may not be the same',
    'metadata.name: Invalid value: "wrong": must be spec.names.plural+"."+spec.group',
    "spec.preserveUnknownFields: Invalid value: true: cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead",
    'spec.versions: Invalid value: [{"name":"v1","served":true,"storage":false}]: must have exactly one version marked as storage version',
    `${schema}.type: Invalid value: "string": must be object at the root`,
    `${schema}.additionalProperties: Forbidden: must not be used at the root`,
    `${schema}.properties[metadata].properties: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified`,
    `${schema}.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive`,
    `${schema}.properties[untyped].type: Required value: must not be empty for specified object fields`,
    `${schema}.properties[list].items: Required value: must be specified`,
    `${schema}.properties[set].type: Invalid value: "string": must be array if x-kubernetes-list-type is specified`,
    `${schema}.properties[keyed].x-kubernetes-list-map-keys[1]: Invalid value: "b": entries must all be names of item properties`,
    `${schema}.properties[keyed].items.properties[a].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property`,
    `${schema}.properties[logic].anyOf[0].type: Forbidden: must be empty to be structural`,
    `${schema}.properties[wrongDefault].default: Invalid value: "string": ${schema}.properties[wrongDefault].default in body must be of type integer: "string"`,
    'spec.versions[0].subresources.scale.specReplicasPath: Invalid value: ".replicas": should be a json path under .spec',
    'spec.versions[0].additionalPrinterColumns[0].type: Invalid value: "money": must be one of boolean,date,integer,number,string',
    'spec.versions[0].selectableFields[0].jsonPath: Invalid value: ".metadata.name": must not point to fields in metadata',
    'spec.conversion.strategy: Unsupported value: "Webhook": supported values: "None"',
  ];
  for (const sentence of expected) assert.ok(causes.includes(sentence), `${sentence}\nis not in\n${causes.join("\n")}`);
  assert.ok(causes.some((cause) => cause.includes("must be a valid regular expression, but isn't: ")));
});

test("what defines a kind cannot change under its objects", async () => {
  await send("POST", crds, definition("fixed"));
  const made = (await send("GET", `${crds}/things.fixed.example.com`)).json;
  const scope = await send("PUT", `${crds}/things.fixed.example.com`, {
    ...made,
    spec: { ...made.spec, scope: "Namespaced" },
  });
  assert.match(scope.json.message, /spec.scope: Invalid value: "Namespaced": field is immutable/);
  const dropped = await send("PUT", `${crds}/things.fixed.example.com`, {
    ...made,
    spec: { ...made.spec, versions: [{ ...made.spec.versions[0], name: "v2" }] },
  });
  assert.match(dropped.json.message, /status.storedVersions\[0\]: Invalid value: "v1": missing from spec.versions/);
});
