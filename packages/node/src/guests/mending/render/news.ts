import type { Sandbox } from "../../../sandbox/types.ts";
import type { NewEvent, SeenLoss } from "../../types.ts";
import { renderPort } from "./port.ts";

/** What a person is told when an interface is no longer whole. */
export function renderLost(loss: SeenLoss, sandbox: Sandbox): NewEvent {
  return {
    type: "Warning",
    reason: interfaceLost,
    message: `Interface "${loss.name}" (network ${networkOf(loss, sandbox)}) lost ${whatOf(loss)} in pod "${sandbox.podName}"${becauseOf(loss)}; ${nextOf(loss)}`,
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

function nextOf({ isDetached, port }: SeenLoss): string {
  if (isDetached) return "attaching it again";
  if (port?.is !== "down") return "making it again";
  return port.next === "wait" ? "waiting for it" : "setting it up again";
}

function becauseOf({ links, port }: SeenLoss): string {
  return links.length === 0 && port && port.is !== "forgotten" ? `: ${renderPort(port)}` : "";
}

function whatOf({ links, port, isUnserved }: SeenLoss): string {
  if (links.length > 0) return links.map((link) => `"${link}"`).join(", ");
  if (port) return port.is === "forgotten" ? "its port of the network" : "its network";
  return isUnserved ? "its DHCP server" : "some of its wiring";
}
