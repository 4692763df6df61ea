import type { Endpoint, EndpointSlice, Service } from "@peapod/api";
import type { EndpointGroup } from "./groups.ts";
import { labels } from "./labels.ts";

/** How many endpoints one slice has at most. */
export const maxEndpoints = 100;

export function renderSlice(options: {
  readonly service: Service;
  readonly name: string;
  readonly manager: string;
  readonly group: EndpointGroup;
  readonly endpoints: readonly Endpoint[];
}): EndpointSlice {
  const { service, name, manager, group, endpoints } = options;
  const { metadata, spec } = service;
  const owner = { apiVersion: "v1", kind: "Service", name: metadata.name ?? "", uid: metadata.uid ?? "" };
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name,
      namespace: metadata.namespace ?? "",
      labels: {
        ...metadata.labels,
        ...(spec?.clusterIP === "None" && { [labels.headless]: "" }),
        [labels.managedBy]: manager,
        [labels.serviceName]: metadata.name ?? "",
      },
      ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }],
    },
    addressType: group.addressType,
    endpoints,
    ports: group.ports,
  };
}

/**
 * `web-7fk2d`: follows from the service and how many slices it has had to name, so that making one twice is a conflict and no twin.
 *
 * @param taken  names that there are
 */
export function sliceName({ metadata }: Service, taken: ReadonlySet<string>): string {
  for (let count = 0; ; count += 1) {
    const name = `${(metadata.name ?? "").slice(0, 57)}-${spell(`${metadata.uid} ${count}`)}`;
    if (!taken.has(name)) return name;
  }
}

const letters = "bcdfghjklmnpqrstvwxz2456789";

/** Five characters that spell nothing, by FNV-1a. */
function spell(text: string): string {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0;
  let word = "";
  for (let count = 0; count < 5; count += 1) {
    word += letters[hash % letters.length] ?? "";
    hash = Math.floor(hash / letters.length);
  }
  return word;
}
