import assert from "node:assert/strict";
import test from "node:test";
import { Service, VirtualMachine, VirtualMachineInstance } from "@peapod/api";
import { createFakeApi } from "@peapod/machinery/testing";
import { runLine } from "../testing/run-line.ts";

function server() {
  const api = createFakeApi({ kinds: [Service, VirtualMachine, VirtualMachineInstance] });
  const ports = [
    { name: "http", port: 80 },
    { port: 53, protocol: "UDP" },
  ];
  const spec = {
    domain: { devices: { interfaces: [{ name: "default", masquerade: {}, ports }] } },
    networks: [{ name: "default", pod: {} }],
  };
  const metadata = { namespace: "default", name: "web" };
  const labels = { app: "web", "kubevirt.io/nodeName": "n1" };
  // Only what expose looks at.
  api.put(VirtualMachine, {
    ...{ apiVersion: "kubevirt.io/v1", kind: "VirtualMachine", metadata },
    spec: { template: { spec } },
  } as VirtualMachine);
  api.put(VirtualMachineInstance, {
    ...{ apiVersion: "kubevirt.io/v1", kind: "VirtualMachineInstance", metadata: { ...metadata, labels } },
    spec,
  } as VirtualMachineInstance);
  const service = (name: string) => api.client.get(Service, { namespace: "default", name });
  return { api, service };
}

test("expose makes a service of what the flags say", async () => {
  const { api, service } = server();
  const flags = ["--name", "out", "--port", "8080", "--target-port", "80", "--port-name", "http", "--type", "nodeport"];
  const more = [
    "--external-ip",
    "192.0.2.7",
    "--ip-family",
    "ipv4",
    "--ip-family-policy",
    "singlestack",
    "--cluster-ip",
    "10.96.0.9",
  ];
  assert.deepEqual(await runLine(["expose", "VM", "web", ...flags, ...more], { api }), {
    code: 0,
    stdout: "Service out successfully created for vm web\n",
    stderr: "",
  });
  assert.deepEqual((await service("out")).spec, {
    type: "NodePort",
    clusterIP: "10.96.0.9",
    externalIPs: ["192.0.2.7"],
    ipFamilies: ["IPv4"],
    ipFamilyPolicy: "SingleStack",
    selector: { "vmi.kubevirt.io/id": "web" },
    ports: [{ name: "http", port: 8080, protocol: "TCP", targetPort: 80 }],
  });
});

test("expose takes the ports of the interface on the pod network, and makes the machine the service's owner", async () => {
  const { api, service } = server();
  await runLine(["expose", "vmi", "web", "--name", "all"], { api });
  const { metadata, spec } = await service("all");
  assert.deepEqual(spec?.selector, { "vmi.kubevirt.io/id": "web" });
  assert.deepEqual(spec?.ports, [
    { name: "port-1", port: 80 },
    { name: "port-2", port: 53, protocol: "UDP" },
  ]);
  const [owner] = metadata.ownerReferences ?? [];
  const { uid: _, ...rest } = owner ?? {};
  const expected = { apiVersion: "kubevirt.io/v1", kind: "VirtualMachineInstance", name: "web" };
  assert.deepEqual(rest, { ...expected, controller: true, blockOwnerDeletion: false });
});

test("expose says what it cannot understand", async () => {
  const { api } = server();
  const errors = async (...argv: readonly string[]) => (await runLine(["expose", ...argv], { api })).stderr.trim();
  assert.equal(await errors("vm", "web"), 'required flag(s) "name" not set');
  assert.equal(await errors("pod", "web", "--name", "x", "--port", "1"), "unsupported resource type: pod");
  assert.equal(await errors("vm", "web", "--name", "x", "--type", "y"), "unknown service type: y");
  assert.equal(await errors("vm", "web", "--name", "x", "--type", "ExternalName"), "type: ExternalName not supported");
  assert.equal(await errors("vm", "web", "--name", "x", "--protocol", "SCTP"), "unknown protocol: SCTP");
  assert.equal(await errors("vm", "web", "--name", "x", "--ip-family", "y"), "unknown IPFamily/s: y");
  assert.match(await errors("vm", "no", "--name", "x"), /^error fetching VirtualMachine: .*"no" not found/);
});
