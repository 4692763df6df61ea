import { type Kind, type KubeObject, Node, Pod, VirtualMachine, VirtualMachineInstance } from "@peapod/api";
import { listAll } from "@peapod/machinery";
import { renderStatus } from "../status/render/status.ts";
import type { Command } from "./command.ts";
import { serverVersion } from "./version.ts";

export const status: Command = {
  name: "status",
  short: "Show the nodes, the API and the guests",
  example: "  PROGRAM status\n  PROGRAM status -n team    the guests of one namespace",
  args: 0,
  isPeapods: true,
  run: async (context) => {
    const { flags, io, signal } = context;
    const access = await context.access();
    const namespace = flags.has("namespace") ? access.namespace : undefined;
    const all = async <T extends KubeObject>(kind: Kind<T>, options: object = {}) =>
      (await listAll(access.client, kind, { ...options, signal })).items;
    const [version, nodes, pods, vms, vmis] = await Promise.all([
      serverVersion(access, signal),
      all(Node),
      all(Pod, { labelSelector: "kubevirt.io=virt-launcher" }),
      all(VirtualMachine, { namespace }),
      all(VirtualMachineInstance, { namespace }),
    ]);
    io.stdout.write(renderStatus({ server: access.server, version: version.gitVersion, nodes, pods, vms, vmis }));
  },
};
