import assert from "node:assert/strict";
import { test } from "node:test";
import { apiVersionOf, builtInKinds, ConfigMap, Lease, Pod, type SchemaNode, Status } from "@peapod/api";
import fc from "fast-check";
import bodies from "../../../testdata/recordings/kubectl-1.33-bodies.json" with { type: "json" };
import { decodeProtobuf, encodeProtobuf, openEnvelope, type TypeMeta } from "./envelope.ts";
import { listSchema } from "./lists.ts";
import { readFields, WireError, WireWriter } from "./wire.ts";

function schemaOf({ apiVersion, kind }: TypeMeta): SchemaNode | undefined {
  return builtInKinds.find((known) => apiVersionOf(known) === apiVersion && known.kind === kind)?.schema;
}

function recorded(command: string): Uint8Array {
  const found = bodies.find((entry) => entry.command === command);
  assert.ok(found, `no recorded body of "${command}"`);
  return Buffer.from(found.body, "base64");
}

test("decodeProtobuf() reads kubectl's ConfigMap, and leaves out what kubectl left empty", () => {
  const body = recorded("kubectl create configmap c1 --from-literal=a=b --from-literal=c=d");
  assert.deepEqual(decodeProtobuf(body, schemaOf), {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "c1" },
    data: { a: "b", c: "d" },
  });
});

test("decodeProtobuf() reads bytes as base64", () => {
  const body = recorded("kubectl create secret generic s1 --from-literal=a=b");
  assert.deepEqual(decodeProtobuf(body, schemaOf)["data"], { a: "Yg==" });
});

test("decodeProtobuf() reads ports that are numbers, and ports that are names", () => {
  const number = decodeProtobuf(recorded("kubectl create service clusterip svc1 --tcp=80:8080"), schemaOf);
  assert.deepEqual(number["spec"], {
    ports: [{ name: "80-8080", protocol: "TCP", port: 80, targetPort: 8080 }],
    selector: { app: "svc1" },
    type: "ClusterIP",
  });
  const name = decodeProtobuf(
    recorded("kubectl create service nodeport svc2 --tcp=80:http --node-port=30080"),
    schemaOf,
  );
  assert.deepEqual((name["spec"] as { ports: unknown }).ports, [
    { name: "80-http", protocol: "TCP", port: 80, targetPort: "http", nodePort: 30080 },
  ]);
});

test("decodeProtobuf() reads quantities", () => {
  const body = recorded("kubectl create quota q1 --hard=cpu=1,memory=1Gi");
  assert.deepEqual(decodeProtobuf(body, schemaOf)["spec"], { hard: { cpu: "1", memory: "1Gi" } });
});

test("decodeProtobuf() keeps the zeros of required fields", () => {
  const body = recorded("kubectl create token sa1 --duration=20m --audience=x");
  assert.deepEqual(decodeProtobuf(body, schemaOf), {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    metadata: {},
    spec: { audiences: ["x"], expirationSeconds: 1200 },
    status: { token: "" },
  });
});

test("decodeProtobuf() reads every body kubectl was recorded to send", () => {
  const kinds = bodies.map(({ body }) => openEnvelope(Buffer.from(body, "base64")).type.kind);
  assert.equal(kinds.length, 18);
  for (const { command, body } of bodies) {
    const bytes = Buffer.from(body, "base64");
    const { kind } = openEnvelope(bytes).type;
    // Asked without discovery, `auth whoami` spoke the alpha version of the same message.
    const object = decodeProtobuf(
      bytes,
      (type) => schemaOf(type) ?? builtInKinds.find((one) => one.kind === kind)?.schema,
    );
    assert.equal(object["kind"], kind, command);
  }
});

const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name: "p",
    namespace: "default",
    creationTimestamp: "2026-11-20T21:43:46Z",
    labels: { app: "p", __proto__x: "y" },
    ownerReferences: [{ apiVersion: "v1", kind: "Node", name: "n", uid: "u", controller: false }],
    managedFields: [{ manager: "m", operation: "Update", fieldsV1: { "f:spec": { ".": {} } } }],
  },
  spec: {
    terminationGracePeriodSeconds: 0,
    automountServiceAccountToken: false,
    containers: [
      {
        name: "c",
        image: "busybox",
        resources: { limits: { cpu: "500m", memory: "128Mi" } },
        livenessProbe: { httpGet: { port: "http", path: "/" } },
        env: [{ name: "A", valueFrom: { secretKeyRef: { name: "s", key: "k", optional: true } } }],
      },
    ],
    volumes: [{ name: "v", emptyDir: { sizeLimit: "1Gi" } }],
  },
  status: { phase: "Running", podIPs: [{ ip: "10.244.0.2" }] },
};

test("encodeProtobuf() and decodeProtobuf() are each other's reverse, inlined fields and pointers to zero included", () => {
  assert.deepEqual(
    decodeProtobuf(encodeProtobuf(Pod.schema, pod), () => Pod.schema),
    pod,
  );
});

test("encodeProtobuf() keeps the microseconds of a MicroTime", () => {
  const lease = {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name: "l" },
    spec: { holderIdentity: "", renewTime: "2026-11-20T21:43:46.000042Z", leaseDurationSeconds: 40 },
  };
  assert.deepEqual(
    decodeProtobuf(encodeProtobuf(Lease.schema, lease), () => Lease.schema),
    lease,
  );
});

test("listSchema() writes a list's items where Kubernetes' messages have them", () => {
  const list = {
    apiVersion: "v1",
    kind: "ConfigMapList",
    metadata: { resourceVersion: "7" },
    items: [{ metadata: { name: "a" }, data: { x: "y" } }, { metadata: { name: "b" } }],
  };
  const bytes = encodeProtobuf(listSchema(ConfigMap.schema), list);
  const numbers = [...readFields(openEnvelope(bytes).raw)].map(({ number }) => number);
  assert.deepEqual(numbers, [1, 2, 2]);
  assert.deepEqual(
    decodeProtobuf(bytes, () => listSchema(ConfigMap.schema)),
    list,
  );
});

test("encodeProtobuf() writes a Status", () => {
  const status = { apiVersion: "v1", kind: "Status", metadata: {}, status: "Failure", reason: "NotFound", code: 404 };
  assert.deepEqual(
    decodeProtobuf(encodeProtobuf(Status, status), () => Status),
    status,
  );
});

test("readFields() reads the protocol's own examples", () => {
  assert.deepEqual([...readFields(Uint8Array.of(0x08, 0x96, 0x01))], [{ number: 1, value: 150n }]);
  const negative = new WireWriter();
  negative.varint(3, -1);
  assert.deepEqual([...readFields(negative.finish())], [{ number: 3, value: 0xffff_ffff_ffff_ffffn }]);
});

test("decodeProtobuf() refuses a body without the four bytes in front, and kinds it has no schema for", () => {
  assert.throws(() => decodeProtobuf(Buffer.from("{}"), schemaOf), { name: "WireError", message: /expected prefix/ });
  const body = encodeProtobuf(Pod.schema, { apiVersion: "x/v1", kind: "Y" });
  assert.throws(() => decodeProtobuf(body, schemaOf), { message: 'no kind "Y" is registered for version "x/v1"' });
});

test("decodeProtobuf() ends on hostile bytes with a WireError or an object, whatever they are", () => {
  const whole = encodeProtobuf(Pod.schema, pod);
  const attempt = (bytes: Uint8Array): void => {
    try {
      assert.equal(typeof decodeProtobuf(bytes, () => Pod.schema), "object");
    } catch (error) {
      assert.ok(error instanceof WireError, String(error));
    }
  };
  for (let length = 0; length < whole.length; length++) attempt(whole.subarray(0, length));
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
      const broken = Uint8Array.from(whole);
      broken[at] = byte;
      attempt(broken);
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (tail) => attempt(Buffer.concat([whole.subarray(0, 4), tail]))),
  );
});
