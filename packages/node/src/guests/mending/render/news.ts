import type { Sandbox } from "../../../sandbox/types.ts";
import type { NewEvent, SeenLoss } from "../../types.ts";

/** What a person is told when an interface is no longer whole. */
export function renderLost(loss: SeenLoss, sandbox: Sandbox): NewEvent {
  const next = loss.isDetached ? "attaching it again" : "making it again";
  return {
    type: "Warning",
    reason: interfaceLost,
    message: `Interface "${loss.name}" (network ${networkOf(loss, sandbox)}) lost ${whatOf(loss)} in pod "${sandbox.podName}"; ${next}`,
  };
}

/** @param addresses  of the interface, now */
export function renderRestored(loss: SeenLoss, sandbox: Sandbox, addresses: readonly string[]): NewEvent {
  const at = addresses.length === 0 ? "" : ` at ${addresses.join(", ")}`;
  return {
    type: "Normal",
    reason: "InterfaceRestored",
    message: `Interface "${loss.name}" (network ${networkOf(loss, sandbox)}) is whole again${at}`,
  };
}

/** Of Events, and of the condition `Synchronized` as long as it lasts. */
export const interfaceLost = "InterfaceLost";

function networkOf({ podInterfaceName }: SeenLoss, { interfaces }: Sandbox): string {
  const nad = interfaces.find(({ name }) => name === podInterfaceName)?.nad;
  return nad ? `${nad.namespace}/${nad.name}` : "unknown";
}

function whatOf({ links, isCut, isUnserved }: SeenLoss): string {
  if (links.length > 0) return links.map((link) => `"${link}"`).join(", ");
  if (isCut) return "its port of the network";
  return isUnserved ? "its DHCP server" : "some of its wiring";
}
