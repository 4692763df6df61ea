import { bridgeOverSentence, canBridgeOver } from "@peapod/api";
import { InvalidSpecError } from "@peapod/machinery";
import { planBridge } from "../render/binding/bridge.ts";
import { planMacvtap } from "../render/binding/macvtap.ts";
import { planMasquerade } from "../render/binding/masquerade.ts";
import { planPasst } from "../render/binding/passt.ts";
import type { BindingPlan, BindingRequest } from "./types.ts";

/**
 * How one guest interface is wired to its pod interface.
 *
 * masquerade: the guest has a private network of its own and the pod translates addresses; bridge: the guest takes over the pod
 * interface's MAC and addresses; passt: the pod's sockets speak for the guest; macvtap: the guest stands on the pod's wire.
 *
 * @throws {InvalidSpecError} when the interface asks for a binding, or a network, that cannot be had
 */
export function planBinding(request: BindingRequest): BindingPlan {
  const { interfaceSpec, index } = request;
  const impossible = whyImpossible(request);
  if (impossible !== undefined) {
    throw new InvalidSpecError(impossible, {
      path: `spec.domain.devices.interfaces[${index}]`,
      advice: "Change the interface's binding, or its network",
    });
  }
  if (interfaceSpec.masquerade) return planMasquerade(request);
  if (interfaceSpec.bridge) return planBridge(request);
  if (interfaceSpec.passt || interfaceSpec.passtBinding) return planPasst(request);
  if (interfaceSpec.macvtap) return planMacvtap(request);
  throw new InvalidSpecError(`Cannot wire interface "${interfaceSpec.name}": it names no binding that is known here`, {
    path: `spec.domain.devices.interfaces[${index}]`,
    advice: "Use bridge, masquerade, passt or macvtap",
  });
}

/** What the pod's interface turned out to be cannot be known before there is a pod, where a network is made after its machine. */
function whyImpossible({ interfaceSpec, podInterface }: BindingRequest): string | undefined {
  const { name, bridge, macvtap } = interfaceSpec;
  const { kind, mode } = podInterface;
  if (bridge && !canBridgeOver({ kind, mode })) return bridgeOverSentence(name, { kind, mode });
  if (!macvtap || (kind !== "ipvlan" && mode !== "passthru")) return undefined;
  const what = kind === "ipvlan" ? "ipvlan" : `${kind} in mode ${mode}`;
  return `Cannot bind interface "${name}" by a macvtap: its network is ${what}, which has no room for another MAC address`;
}
