import {
  NetworkAttachmentDefinition,
  Node,
  Pod,
  Secret,
  VirtualMachine,
  VirtualMachineInstance,
  type VirtualMachineInstanceSpec,
} from "@peapod/api";
import type { Access, CommandContext } from "../commands/command.ts";
import type { Missing, WhyFacts } from "./facts.ts";

/**
 * Reads everything that an answer may need.
 *
 * @throws {Error} when there is neither a machine nor an instance of that name, with those that there are
 */
export async function observeMachine(context: CommandContext, access: Access, name: string): Promise<WhyFacts> {
  const { client, namespace } = access;
  const { signal } = context;
  const key = { namespace, name };
  const [vm, vmi, nodes] = await Promise.all([
    client.find(VirtualMachine, key, { signal }),
    client.find(VirtualMachineInstance, key, { signal }),
    client.list(Node, { signal }),
  ]);
  if (vm === undefined && vmi === undefined) throw await nothingOfThatName(access, name, signal);
  const spec = vm?.spec.template.spec ?? vmi?.spec;
  const prefix = vm === undefined ? "spec" : "spec.template.spec";
  return {
    program: context.program,
    ...{ namespace, name, vm, vmi },
    pod: await launcherOf(access, vmi?.metadata.uid, signal),
    nodes: nodes.items,
    missing: spec === undefined ? [] : await missingParts(access, spec, prefix, signal),
    now: context.now(),
  };
}

async function launcherOf({ client, namespace }: Access, uid: string | undefined, signal: AbortSignal) {
  if (uid === undefined) return undefined;
  const { items } = await client.list(Pod, { namespace, labelSelector: `kubevirt.io/created-by=${uid}`, signal });
  const age = (pod: Pod) => Date.parse(pod.metadata.creationTimestamp ?? "") || 0;
  return items.toSorted((a, b) => age(b) - age(a))[0];
}

async function missingParts(
  { client, namespace }: Access,
  spec: VirtualMachineInstanceSpec,
  prefix: string,
  signal: AbortSignal,
): Promise<readonly Missing[]> {
  const parts = namedParts(spec, prefix, namespace);
  const isThere = await Promise.all(
    parts.map(async ({ kind, ...key }) => {
      if (kind === "Secret") return (await client.find(Secret, key, { signal })) !== undefined;
      return (await client.find(NetworkAttachmentDefinition, key, { signal })) !== undefined;
    }),
  );
  return parts.filter((_, index) => !isThere[index]);
}

/** Everything that a spec names and that has to be there before the guest can run. */
export function namedParts(spec: VirtualMachineInstanceSpec, prefix: string, namespace: string): readonly Missing[] {
  const secret = (name: string | undefined, path: string, key?: string): readonly Missing[] =>
    name ? [{ kind: "Secret", namespace, name, path: `${prefix}.${path}`, ...(key && { key }) }] : [];
  const volumes = (spec.volumes ?? []).flatMap((volume, index) => {
    const at = `volumes[${index}]`;
    const pullSecret = secret(volume.containerDisk?.imagePullSecret, `${at}.containerDisk.imagePullSecret`);
    const seeds = (["cloudInitNoCloud", "cloudInitConfigDrive"] as const).flatMap((source) => [
      ...secret(volume[source]?.secretRef?.name, `${at}.${source}.secretRef`, "userdata"),
      ...secret(volume[source]?.networkDataSecretRef?.name, `${at}.${source}.networkDataSecretRef`, "networkdata"),
    ]);
    return [...pullSecret, ...seeds];
  });
  const networks = (spec.networks ?? []).flatMap(({ multus }, index): readonly Missing[] => {
    if (multus === undefined) return [];
    const [first = "", second] = multus.networkName.split("/");
    const [space, name] = second === undefined ? [namespace, first] : [first, second];
    const path = `${prefix}.networks[${index}].multus.networkName`;
    return [{ kind: "NetworkAttachmentDefinition", namespace: space, name, path }];
  });
  return [...volumes, ...networks];
}

async function nothingOfThatName({ client, namespace }: Access, name: string, signal: AbortSignal): Promise<Error> {
  const everywhere = await client.list(VirtualMachine, { signal });
  const elsewhere = everywhere.items.find(({ metadata }) => metadata.name === name)?.metadata.namespace;
  const names = everywhere.items
    .filter(({ metadata }) => metadata.namespace === namespace)
    .map(({ metadata }) => metadata.name);
  const hint = elsewhere
    ? `; there is one in namespace ${elsewhere}`
    : names.length > 0
      ? `; there are ${names.join(", ")}`
      : "";
  return new Error(`virtualmachines.kubevirt.io "${name}" not found in namespace ${namespace}${hint}`);
}
