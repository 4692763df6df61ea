import { VirtualMachine, VirtualMachineInstance } from "@peapod/api";
import { type ApiError, badRequest, type Client, conflict, forbidden, isNotFound, notFound } from "@peapod/machinery";
import type { Refusal } from "./guest/plan.ts";

/** The kinds as upstream's refusals name them: singular, where Kubernetes itself has the plural. */
export const named = {
  vm: { group: "kubevirt.io", plural: "virtualmachine" },
  vmi: { group: "kubevirt.io", plural: "virtualmachineinstance" },
} as const;

export interface Key {
  readonly namespace: string;
  readonly name: string;
}

/** @throws {ApiError} `virtualmachine.kubevirt.io "web" not found` */
export async function getVirtualMachine(client: Client, key: Key, signal: AbortSignal): Promise<VirtualMachine> {
  return client.get(VirtualMachine, pick(key), { signal }).catch((error) => {
    throw isNotFound(error) ? notFound(named.vm, key.name) : error;
  });
}

/** @throws {ApiError} `virtualmachineinstance.kubevirt.io "web" not found` */
export async function getInstance(client: Client, key: Key, signal: AbortSignal): Promise<VirtualMachineInstance> {
  return client.get(VirtualMachineInstance, pick(key), { signal }).catch((error) => {
    throw isNotFound(error) ? notFound(named.vmi, key.name) : error;
  });
}

/** The Status for a refusal; undefined for none. */
export function errorFor(refusal: Refusal, name: string): ApiError | undefined {
  switch (refusal?.reason) {
    case undefined:
      return undefined;
    case "BadRequest":
      return badRequest(refusal.sentence);
    case "Forbidden":
      return forbidden(named.vmi, name, refusal.sentence);
    case "Conflict":
      return conflict(refusal.of === "virtualmachine" ? named.vm : named.vmi, name, refusal.sentence);
  }
}

function pick({ namespace, name }: Key): Key {
  return { namespace, name };
}
