import { VirtualMachine, VirtualMachineInstance, type VirtualMachineInstanceSpec } from "@peapod/api";
import { formatError } from "@peapod/machinery";
import type { Access } from "../commands/command.ts";
import type { ServicePort } from "./read-service.ts";

/** What a service has to know of a machine. */
export interface Exposed {
  readonly selector: Readonly<Record<string, string>>;
  /** Those of its interface on the pod network. */
  readonly ports: readonly ServicePort[];
}

/** Labels that say where a machine is and not what it is. */
const fleeting = ["kubevirt.io/nodeName", "kubevirt.io/vm-pool-revision-name", "kubevirt.io/migrationTargetNodeName"];

/** @throws {Error} in upstream's words */
export async function findExposed(
  { client, namespace }: Access,
  type: string,
  name: string,
  signal: AbortSignal,
): Promise<Exposed> {
  switch (type) {
    case "vmi":
    case "vmis":
    case "virtualmachineinstance":
    case "virtualmachineinstances": {
      const vmi = await client.get(VirtualMachineInstance, { namespace, name }, { signal }).catch((error) => {
        throw new Error(`error fetching VirtualMachineInstance: ${formatError(error)}`);
      });
      return { selector: selectorOf(vmi.metadata.labels), ports: portsOf(vmi.spec) };
    }
    case "vm":
    case "vms":
    case "virtualmachine":
    case "virtualmachines": {
      const vm = await client.get(VirtualMachine, { namespace, name }, { signal }).catch((error) => {
        throw new Error(`error fetching VirtualMachine: ${formatError(error)}`);
      });
      // Its pods carry its name, whatever labels its template has.
      return { selector: { "vm.kubevirt.io/name": name }, ports: portsOf(vm.spec.template.spec) };
    }
    case "vmirs":
    case "vmirss":
    case "virtualmachineinstancereplicaset":
    case "virtualmachineinstancereplicasets":
      throw new Error("error fetching VirtualMachineInstanceReplicaSet: this Peapod has no replica sets yet");
    default:
      throw new Error(`unsupported resource type: ${type}`);
  }
}

function selectorOf(labels: Readonly<Record<string, string>> = {}): Exposed["selector"] {
  return Object.fromEntries(Object.entries(labels).filter(([label]) => !fleeting.includes(label)));
}

function portsOf(spec: VirtualMachineInstanceSpec | undefined): readonly ServicePort[] {
  const pods = (spec?.networks ?? []).filter(({ pod }) => pod).map(({ name }) => name);
  const ports = (spec?.domain.devices?.interfaces ?? [])
    .filter(({ name }) => pods.includes(name))
    .flatMap(({ ports = [] }) => ports);
  return ports.map(({ name, protocol, port }, index) => ({
    name: name || `port-${index + 1}`,
    port,
    protocol: protocol?.toUpperCase() === "UDP" ? "UDP" : "TCP",
    targetPort: port,
  }));
}
