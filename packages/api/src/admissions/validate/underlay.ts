import type { AdmissionReview } from "../../admission.ts";
import { parseDefaultNetwork } from "../../annotations/pod-networks.ts";
import { isRecord } from "../../deep-equal.ts";
import { NetworkAttachmentDefinition } from "../../kinds/cni/network-attachment-definition.ts";
import type { Network } from "../../kinds/kubevirt/network.ts";
import type { VirtualMachineInstanceSpec } from "../../kinds/kubevirt/virtual-machine-instance-spec.ts";
import type { ObjectMeta } from "../../meta.ts";
import type { Problem } from "../../problem.ts";
import { bridgeOverSentence, canBridgeOver, type PodInterfaceKind } from "../bridge-over.ts";
import { cause } from "./cause.ts";

export interface UnderlayContext {
  /** Of the machine, and of networks that are named without one. */
  readonly namespace: string;
  /** Of the template. */
  readonly metadata: ObjectMeta;
  readonly find: AdmissionReview["find"];
}

type Key = { readonly namespace: string; readonly name: string };

/** Bindings that cannot work over their networks, as far as the networks are known. */
export function validateUnderlay(
  { networks = [], domain }: VirtualMachineInstanceSpec,
  path: string,
  context: UnderlayContext,
): Problem[] {
  return (domain.devices.interfaces ?? []).flatMap((nic, index) => {
    const network = nic.bridge && networks.find(({ name }) => name === nic.name);
    const key = network && networkKeyOf(network, context);
    const config = key && context.find(NetworkAttachmentDefinition, key)?.spec?.config;
    const kind = config ? mainPlugin(config) : undefined;
    if (!kind || canBridgeOver(kind)) return [];
    return [cause(`${path}.domain.devices.interfaces[${index}].bridge`, bridgeOverSentence(nic.name, kind))];
  });
}

/** The definition behind a network; undefined where it is the usual one, or cannot be read, which is said elsewhere. */
export function networkKeyOf({ pod, multus }: Network, { namespace, metadata }: UnderlayContext): Key | undefined {
  if (multus) {
    const [first = "", second] = multus.networkName.split("/");
    return second === undefined ? { namespace, name: first } : { namespace: first, name: second };
  }
  if (!pod) return undefined;
  try {
    return parseDefaultNetwork(metadata.annotations ?? {})?.nad;
  } catch {
    return undefined;
  }
}

/** The first plugin of a chain makes the interface, but for ifacer, which makes what that one stands on. */
function mainPlugin(config: string): PodInterfaceKind | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(config);
  } catch {
    return undefined;
  }
  const plugins: readonly unknown[] =
    isRecord(parsed) && Array.isArray(parsed["plugins"]) ? parsed["plugins"] : [parsed];
  const main = plugins.filter(isRecord).find(({ type }) => type !== "ifacer");
  return main && { kind: textOf(main["type"]), mode: textOf(main["mode"]) };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
