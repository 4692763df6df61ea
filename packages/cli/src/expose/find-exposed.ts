import {
  instanceId,
  type KubeObject,
  VirtualMachine,
  VirtualMachineInstance,
  type VirtualMachineInstanceSpec,
} from "@peapod/api";
import { formatError } from "@peapod/machinery";
import type { Access } from "../commands/command.ts";
import type { ServicePort } from "./read-service.ts";

/** What a service has to know of a machine. */
export interface Exposed {
  readonly selector: Readonly<Record<string, string>>;
  /** Those of its interface on the pod network. */
  readonly ports: readonly ServicePort[];
  /** With it the service goes. */
  readonly owner: NonNullable<KubeObject["metadata"]["ownerReferences"]>[number];
}

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
      return exposed(vmi, vmi.spec);
    }
    case "vm":
    case "vms":
    case "virtualmachine":
    case "virtualmachines": {
      const vm = await client.get(VirtualMachine, { namespace, name }, { signal }).catch((error) => {
        throw new Error(`error fetching VirtualMachine: ${formatError(error)}`);
      });
      return exposed(vm, vm.spec.template.spec);
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

/** Its pods carry its name, whatever labels its template has. */
function exposed(object: KubeObject, spec: VirtualMachineInstanceSpec | undefined): Exposed {
  const { apiVersion, kind, metadata } = object;
  const { name = "", uid = "" } = metadata;
  return {
    selector: { "vmi.kubevirt.io/id": instanceId(name) },
    ports: portsOf(spec),
    owner: { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: false },
  };
}

function portsOf(spec: VirtualMachineInstanceSpec | undefined): readonly ServicePort[] {
  const network = spec?.networks?.find(({ pod }) => pod)?.name;
  const ports = spec?.domain.devices?.interfaces?.find(({ name }) => name === network)?.ports ?? [];
  return ports.map(({ protocol, port }, index) => ({
    name: `port-${index + 1}`,
    port,
    ...(protocol && { protocol: protocol.toUpperCase() === "UDP" ? ("UDP" as const) : ("TCP" as const) }),
  }));
}
