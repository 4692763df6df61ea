import { join } from "node:path";
import type { Secret, VirtualMachineInstance } from "@peapod/api";
import {
  type DomainPaths,
  guestHostname,
  interfaceMac,
  type NodeFacts,
  podInterfaceName,
  renderCloudInit,
  renderSeedInterfaces,
  seedSecretNames,
  seedTellsInterfaces,
  uefiFirmware,
  wantsUefi,
} from "@peapod/compute";
import { type Attachment, type BindingPlan, ensureBinding, planBinding, type StandInKind } from "@peapod/network";
import { type ImageStore, type PreparedDisk, prepareVolume } from "@peapod/storage";
import type { Sandbox, SandboxInterface } from "../sandbox/types.ts";
import { copyVariables } from "./uefi-variables.ts";

export interface MakeReadyDeps {
  readonly images: Pick<ImageStore, "findDisk">;
  readonly node: NodeFacts;
  /** What this kernel can make; asked once. */
  readonly standIn: StandInKind;
  readonly readSecret: (namespace: string, name: string, signal: AbortSignal) => Promise<Secret | undefined>;
}

export interface Ready {
  readonly disks: readonly PreparedDisk[];
  readonly attachments: readonly Attachment[];
}

/**
 * Everything a guest needs on this machine before its QEMU. May be repeated at any time: what is right stays as it is.
 *
 * @param madeDisks  its volumes, where they were made a moment ago
 */
export async function makeReady(
  vmi: VirtualMachineInstance,
  sandbox: Sandbox,
  deps: MakeReadyDeps,
  signal: AbortSignal,
  madeDisks?: readonly PreparedDisk[],
): Promise<Ready> {
  const attaching = attachInterfaces(vmi, sandbox, deps, signal);
  const [disks, attachments] = await Promise.all([
    madeDisks ?? prepareVolumes(vmi, sandbox, deps, signal, attaching),
    attaching,
    prepareFirmware(vmi, sandbox, deps),
  ]);
  return { disks, attachments };
}

/** Places of a guest, as QEMU sees them. */
export function pathsOf({ runDir, dataDir }: Sandbox): DomainPaths {
  return { runDir, uefiVars: `${dataDir}/uefi-variables.fd` };
}

/** Parts of the data folder that no manifest may name as a disk: keys, state, other guests. */
const ownPlaces = ["apiserver", "cni", "guests", "images", "ipam", "kubeconfig", "lock", "pki"] as const;

/**
 * Its volumes: they can be made before its pod has a network.
 *
 * @param attaching  its interfaces, which a seed that tells of them waits for
 */
export async function prepareVolumes(
  vmi: VirtualMachineInstance,
  sandbox: Sandbox,
  deps: MakeReadyDeps,
  signal: AbortSignal,
  attaching: Promise<readonly Attachment[]> | undefined,
): Promise<readonly PreparedDisk[]> {
  const cdroms = new Set(vmi.spec.domain.devices.disks?.filter(({ cdrom }) => cdrom).map(({ name }) => name));
  const volumes = await Promise.all(
    (vmi.spec.volumes ?? []).map((volume) =>
      prepareVolume(volume, {
        dir: `${sandbox.dataDir}/disks`,
        images: deps.images,
        isCdrom: cdroms.has(volume.name),
        reserved: ownPlaces.map((place) => join(sandbox.dataDir, "../..", place)),
        uid: sandbox.uid,
        gid: sandbox.gid,
        signal,
        async seed() {
          const { namespace = "" } = vmi.metadata;
          const secrets = new Map<string, Secret | undefined>();
          for (const name of seedSecretNames(vmi, volume))
            secrets.set(name, await deps.readSecret(namespace, name, signal));
          const attachments = seedTellsInterfaces(vmi) ? await attaching : undefined;
          const interfaces = attachments && renderSeedInterfaces(vmi, attachments, deps.node.architecture);
          const seed = renderCloudInit(volume, { vmi, secrets: (name) => secrets.get(name), interfaces });
          if (!seed) throw new Error(`Volume "${volume.name}" has no cloud-init data`);
          return seed;
        },
      }),
    ),
  );
  return volumes.filter((disk) => disk !== undefined);
}

async function attachInterfaces(
  vmi: VirtualMachineInstance,
  sandbox: Sandbox,
  { standIn }: MakeReadyDeps,
  signal: AbortSignal,
): Promise<readonly Attachment[]> {
  const { netnsPath, runDir, cgroupPaths } = sandbox;
  const attachments: Attachment[] = [];
  for (const { name, state } of vmi.spec.domain.devices.interfaces ?? []) {
    if (state === "absent") continue;
    const plan = bindingPlanOf(vmi, sandbox, name, standIn);
    // One after the other: they share a namespace, its rules and its settings.
    attachments.push(await ensureBinding(plan, { netnsPath, runDir, cgroupPaths, signal }));
  }
  return attachments;
}

/**
 * How one interface of a VMI is wired.
 *
 * @param podInterface  as it is now; undefined: as CNI left it when the pod was made
 */
export function bindingPlanOf(
  vmi: VirtualMachineInstance,
  sandbox: Sandbox,
  interfaceName: string,
  standIn: StandInKind,
  podInterface?: SandboxInterface,
): BindingPlan {
  const { namespace = "", name = "" } = vmi.metadata;
  const interfaces = vmi.spec.domain.devices.interfaces ?? [];
  const index = interfaces.findIndex((candidate) => candidate.name === interfaceName);
  const interfaceSpec = interfaces[index];
  const network = vmi.spec.networks?.find((candidate) => candidate.name === interfaceName);
  if (!interfaceSpec || !network)
    throw new Error(`Cannot attach interface "${interfaceName}": its network is not in the spec`);
  const isPrimary = network.pod !== undefined || network.multus?.default === true;
  const found =
    podInterface ?? findInterface(sandbox, isPrimary ? "eth0" : podInterfaceName(network.name), network.name);
  return planBinding({
    interfaceSpec,
    network,
    podInterface: found,
    index,
    mac: interfaceMac({ namespace, name }, interfaceName),
    hostname: guestHostname(vmi),
    subdomain: vmi.spec.subdomain,
    dns: found.dns,
    uid: sandbox.uid,
    standIn,
  });
}

function findInterface(sandbox: Sandbox, podName: string, networkName: string): SandboxInterface {
  const found = sandbox.interfaces.find(({ name }) => name === podName);
  if (found) return found;
  throw new Error(`Cannot attach network "${networkName}": its pod has no interface "${podName}"`);
}

async function prepareFirmware(vmi: VirtualMachineInstance, sandbox: Sandbox, { node }: MakeReadyDeps): Promise<void> {
  const uefi = wantsUefi(vmi.spec, node.architecture);
  if (!uefi) return;
  const { varsTemplatePath } = uefiFirmware(uefi.secureBoot, node);
  await copyVariables(varsTemplatePath, pathsOf(sandbox).uefiVars, sandbox);
}
