import { deepEqual, type EndpointSlice, type Endpoints, type KubeObject, type Pod, type Service } from "@peapod/api";
import type { Plan } from "@peapod/machinery";
import { renderEndpointsObject } from "./render/endpoints-object.ts";
import { fillSlices } from "./render/fill.ts";
import { type EndpointGroup, groupKey, groupsOfEndpoints, groupsOfPods } from "./render/groups.ts";
import { labels, managers } from "./render/labels.ts";
import { renderSlice, sliceName } from "./render/slice.ts";

export interface Facts {
  readonly service: Service | undefined;
  /** Those that the service selects. */
  readonly pods: readonly Pod[];
  /** Slices that say they are the service's, also those of other people. */
  readonly slices: readonly EndpointSlice[];
  /** The object of the service's name. */
  readonly endpoints: Endpoints | undefined;
}

export type Step =
  | { readonly do: "createSlice"; readonly slice: EndpointSlice }
  | { readonly do: "updateSlice"; readonly slice: EndpointSlice }
  | { readonly do: "deleteSlice"; readonly slice: EndpointSlice }
  | { readonly do: "createEndpoints"; readonly endpoints: Endpoints }
  | { readonly do: "updateEndpoints"; readonly endpoints: Endpoints }
  | { readonly do: "deleteEndpoints"; readonly endpoints: Endpoints };

/**
 * Who stands behind a service: slices of at most a hundred endpoints, and one Endpoints object for older programs. Endpoints stay in the
 * slice they are in. Without a selector slices are somebody else's, but for those that repeat an Endpoints object.
 */
export function planEndpoints(facts: Facts): Plan<Step> {
  const { service, pods, endpoints } = facts;
  if (!service || service.metadata.deletionTimestamp !== undefined) {
    // Slices go with their owner.
    return { steps: endpoints && isOurs(endpoints) ? [{ do: "deleteEndpoints", endpoints }] : [] };
  }
  if (service.spec?.type === "ExternalName") return { steps: [] };
  if (Object.keys(service.spec?.selector ?? {}).length === 0) {
    const isMirrored = endpoints && !isOurs(endpoints) && endpoints.metadata.labels?.[labels.skipMirror] !== "true";
    const groups = isMirrored ? groupsOfEndpoints(endpoints) : [];
    return { steps: planSlices(facts, service, managers.endpoints, groups) };
  }
  const groups = groupsOfPods(service, pods);
  const empty: EndpointGroup = { addressType: service.spec?.ipFamilies?.[0] ?? "IPv4", ports: [], endpoints: [] };
  const slices = planSlices(facts, service, managers.pods, groups.length > 0 ? groups : [empty]);
  return { steps: [...slices, ...planEndpointsObject(service, groups, endpoints)] };
}

function planSlices(
  { slices }: Facts,
  service: Service,
  manager: string,
  groups: readonly EndpointGroup[],
): readonly Step[] {
  const ours = slices.filter(
    ({ metadata }) =>
      metadata.labels?.[labels.managedBy] === manager &&
      metadata.deletionTimestamp === undefined &&
      metadata.ownerReferences?.some(({ uid }) => uid === service.metadata.uid),
  );
  const names = new Set(slices.map(({ metadata }) => metadata.name ?? ""));
  const kept = new Set<EndpointSlice>();
  const steps: Step[] = [];
  for (const group of groups) {
    const mine = ours.filter(({ addressType, ports = [] }) => groupKey({ addressType, ports }) === groupKey(group));
    for (const { slice, endpoints } of fillSlices(group, mine)) {
      const name = slice?.metadata.name ?? sliceName(service, names);
      names.add(name);
      const wanted = renderSlice({ service, name, manager, group, endpoints });
      if (slice) kept.add(slice);
      if (!slice) steps.push({ do: "createSlice", slice: wanted });
      else if (!isSameSlice(slice, wanted)) steps.push({ do: "updateSlice", slice: withVersion(wanted, slice) });
    }
  }
  // What comes comes first: nobody is to find a service empty that only moves.
  const gone = ours.filter((slice) => !kept.has(slice));
  return [...steps, ...gone.map((slice): Step => ({ do: "deleteSlice", slice }))];
}

function planEndpointsObject(
  service: Service,
  groups: readonly EndpointGroup[],
  found: Endpoints | undefined,
): readonly Step[] {
  const wanted = renderEndpointsObject(service, groups);
  if (!found) return [{ do: "createEndpoints", endpoints: wanted }];
  const isSame =
    deepEqual(found.metadata.labels, wanted.metadata.labels) && deepEqual(found.subsets ?? [], wanted.subsets ?? []);
  return isSame ? [] : [{ do: "updateEndpoints", endpoints: withVersion(wanted, found) }];
}

function isOurs({ metadata }: Endpoints): boolean {
  return metadata.labels?.[labels.endpointsManagedBy] !== undefined;
}

function isSameSlice(a: EndpointSlice, b: EndpointSlice): boolean {
  return (
    deepEqual(a.metadata.labels, b.metadata.labels) &&
    deepEqual(a.endpoints ?? [], b.endpoints ?? []) &&
    deepEqual(a.ports ?? [], b.ports ?? [])
  );
}

/** The next version of an object that was seen: whoever was faster wins. */
function withVersion<T extends KubeObject>(wanted: T, { metadata }: KubeObject): T {
  const { resourceVersion, uid } = metadata;
  return { ...wanted, metadata: { ...wanted.metadata, uid, resourceVersion } };
}
