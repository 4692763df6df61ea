/** Manifests for tests that boot guests, and what those guests say. */
import {
  type Disk,
  Pod,
  type VirtualMachine,
  VirtualMachineInstance,
  type VirtualMachineInstanceSpec,
  type VirtualMachineVolume,
} from "@peapod/api";
import { eventually, type Peapod } from "./harness.ts";

export const namespace = "default";

/** The reference under which tests put the small guest into the image store. */
export const guestReference = "registry.example/peapod/guest:v1";

export interface MachineOptions {
  readonly runStrategy?: string;
  /** A shell script that cloud-init runs at the end of the first boot; its output is on the console. */
  readonly script?: string;
  /** Of the template. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Each disk with its volume. Default: the small guest on virtio. */
  readonly disks?: readonly MachineDisk[];
  readonly spec?: Omit<Partial<VirtualMachineInstanceSpec>, "domain" | "volumes">;
  readonly domain?: Partial<VirtualMachineInstanceSpec["domain"]>;
}

export type MachineDisk = Disk & { readonly volume: Omit<VirtualMachineVolume, "name"> };

/** A machine of 128 MiB behind its pod's address, as text for `kubectl apply`. */
export function machine(name: string, options: MachineOptions = {}): string {
  const { runStrategy = "Always", script, annotations, disks = [rootDisk()], spec, domain } = options;
  const seed = script === undefined ? [] : [{ ...disk("seed", "virtio"), volume: seedOf(script) }];
  const all = [...disks, ...seed];
  const vm: VirtualMachine = {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachine",
    metadata: { name, namespace },
    spec: {
      runStrategy,
      template: {
        ...(annotations && { metadata: { annotations } }),
        spec: {
          terminationGracePeriodSeconds: 20,
          networks: [{ name: "default", pod: {} }],
          ...spec,
          domain: {
            resources: { requests: { memory: "128M" } },
            ...domain,
            devices: {
              autoattachGraphicsDevice: false,
              interfaces: [{ name: "default", masquerade: {} }],
              ...domain?.devices,
              disks: all.map(({ volume: _, ...plain }) => plain),
            },
          },
          volumes: all.map(({ name: volumeName, volume }) => ({ name: volumeName, ...volume })),
        },
      },
    },
  };
  return `${JSON.stringify(vm, null, 2)}\n`;
}

export function disk(name: string, bus: string): Disk {
  return { name, disk: { bus } };
}

export function rootDisk(bus = "virtio"): MachineDisk {
  return {
    ...disk("root", bus),
    volume: { containerDisk: { image: guestReference, imagePullPolicy: "IfNotPresent" } },
  };
}

function seedOf(script: string): Omit<VirtualMachineVolume, "name"> {
  return { cloudInitNoCloud: { userData: `#!/bin/sh\n${script}\n` } };
}

/** The launcher pod that is not on its way out. */
export async function podOf(peapod: Peapod, name: string): Promise<Pod> {
  const client = await peapod.client();
  return eventually(`the pod of ${name}`, async () => {
    const { items } = await client.list(Pod, { namespace, labelSelector: `vm.kubevirt.io/name=${name}` });
    return items.find(({ metadata }) => !metadata.deletionTimestamp);
  });
}

export async function vmiOf(peapod: Peapod, name: string): Promise<VirtualMachineInstance> {
  return (await peapod.client()).get(VirtualMachineInstance, { namespace, name });
}

/**
 * What `kubectl logs` shows of the guest's console, once it matches: without its carriage returns, and with what is printed behind a login
 * prompt that nobody answers on a line of its own.
 */
export async function consoleOf(peapod: Peapod, name: string, wanted: RegExp): Promise<string> {
  let log = "";
  const pod = await podOf(peapod, name);
  const look = async () => {
    const text = await peapod.kubectl("logs", pod.metadata.name ?? "");
    log = text.replaceAll("\r", "").replaceAll(/^\S+ login: (?=\S)/gm, "$&\n");
    return wanted.test(log) ? log : undefined;
  };
  // On a busy machine without KVM a boot takes minutes.
  return eventually(`${name} prints ${wanted}`, look, 300_000).catch((error: unknown) => {
    throw new Error(`${name} printed:\n${log}`, { cause: error });
  });
}
