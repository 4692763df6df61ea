/** The control plane by itself, in this process. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { admissions, Pod, peapodKinds, renderCrd, VirtualMachine, VirtualMachineInstance } from "@peapod/api";
import { createApiServer, createScheduler } from "@peapod/apiserver";
import { createComputeControllers } from "@peapod/compute";
import { createGateway } from "@peapod/gateway";
import { ApiError, createClient, silentLog, startControllers } from "@peapod/machinery";
import { recordingEvents } from "@peapod/machinery/testing";
import { createFakeNode } from "./fake-node.ts";
import { eventually } from "./harness.ts";

/** Where its machines are. */
export const namespace = "default";

type Spec = Omit<VirtualMachine["spec"], "template">;

/** An API server, our controllers and a node that only pretends, with what tests of machines do to them and ask of them. */
export async function openPretence(t: TestContext) {
  const server = await createApiServer({ crds: peapodKinds.map((kind) => renderCrd(kind)), admissions });
  const as = (account: string) =>
    createClient({ fetch: server.as(`system:serviceaccount:peapod-system:${account}`).fetch });
  const client = createClient({ fetch: server.as({ username: "admin", groups: ["system:masters"] }).fetch });
  const nowhere = async (): Promise<never> => Promise.reject(new Error("there is no agent here"));
  server.mount(
    createGateway({
      client: as("gateway"),
      nodeFetch: () => nowhere,
      nodeConnect: () => nowhere,
      version: { gitVersion: "v0", gitCommit: "", goVersion: "", platform: "linux/amd64" },
    }),
  );
  const node = await createFakeNode(
    createClient({ fetch: server.as({ username: "system:node:fake", groups: ["system:nodes"] }).fetch }),
  );
  const stop = new AbortController();
  const compute = createComputeControllers({ version: "v0", architecture: "amd64" });
  const runtime = startControllers([...compute, createScheduler(), ...node.controllers], {
    client: as("compute"),
    log: silentLog,
    recorder: recordingEvents(),
    signal: stop.signal,
  });
  await runtime.synced;
  t.after(async () => {
    stop.abort();
    await runtime.done;
    await server.close();
  });

  const vm = (name: string) => client.get(VirtualMachine, { namespace, name });
  const vmi = (name: string) => client.get(VirtualMachineInstance, { namespace, name });
  const word = (name: string, wanted: string) =>
    eventually(
      `${name} ${wanted}`,
      async () => (await vm(name)).status?.printableStatus === wanted || undefined,
      20_000,
    );
  const path = (name: string, verb: string) =>
    `/apis/subresources.kubevirt.io/v1/namespaces/${namespace}/virtualmachines/${name}/${verb}`;
  return {
    client,
    node,
    vm,
    vmi,
    word,
    create: (name: string, spec: Spec) => client.create(VirtualMachine, machine(name, spec)),
    pod: async (name: string) =>
      eventually(`the pod of ${name}`, async () => {
        const { items } = await client.list(Pod, { namespace, labelSelector: `vm.kubevirt.io/name=${name}` });
        return items.find(({ metadata }) => !metadata.deletionTimestamp);
      }),
    /** The VMI once it runs; another one than `not`. */
    running: async (name: string, not?: VirtualMachineInstance) => {
      const found = await eventually(
        `${name} running`,
        async () => {
          const seen = await client.find(VirtualMachineInstance, { namespace, name });
          return seen?.status?.phase === "Running" && seen.metadata.uid !== not?.metadata.uid ? seen : undefined;
        },
        20_000,
      );
      await word(name, "Running");
      return found;
    },
    stopped: async (name: string) => {
      await word(name, "Stopped");
      await eventually(
        "no VMI",
        async () => !(await client.find(VirtualMachineInstance, { namespace, name })) || undefined,
      );
    },
    end: (name: string, phase: "Succeeded" | "Failed") => node.end({ namespace, name }, phase),
    verb: (name: string, verb: string, body?: object) => client.request("PUT", path(name, verb), { body }),
    refused: (name: string, verb: string, code: number, sentence: string) =>
      assert.rejects(client.request("PUT", path(name, verb)), (error) => {
        assert.ok(error instanceof ApiError);
        assert.equal(error.code, code);
        assert.ok(error.message.endsWith(sentence), error.message);
        return true;
      }),
  };
}

function machine(name: string, spec: Spec): VirtualMachine {
  return {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachine",
    metadata: { namespace, name },
    spec: {
      ...spec,
      template: {
        spec: {
          domain: {
            devices: {
              disks: [{ name: "root", disk: { bus: "virtio" } }],
              interfaces: [{ name: "default", masquerade: {} }],
            },
            memory: { guest: "128Mi" },
          },
          networks: [{ name: "default", pod: {} }],
          volumes: [{ name: "root", containerDisk: { image: "guest" } }],
        },
      },
    },
  };
}
