import { EndpointSlice, Endpoints, type KubeObject, Pod, Service } from "@peapod/api";
import { type Cache, type Controller, keyOf, parseKey } from "@peapod/machinery";
import { endpointEffects } from "./effects.ts";
import { type Facts, planEndpoints, type Step } from "./plan.ts";
import { labels } from "./render/labels.ts";

/** For standalone: says which pods stand behind each service. */
export function createServiceEndpoints(): Controller<Service, Facts, Step> {
  return {
    name: "service-endpoints",
    for: Service,
    reads: [Pod, EndpointSlice, Endpoints],
    writes: [
      { kind: EndpointSlice, verbs: ["create", "update", "delete"] },
      { kind: Endpoints, verbs: ["create", "update", "delete"] },
    ],
    watches: [
      { kind: Pod, keys: servicesOf },
      { kind: EndpointSlice, keys: ownerKeys },
      { kind: Endpoints, keys: (endpoints) => [keyOf(endpoints)] },
    ],
    indexes: [{ kind: EndpointSlice, name: "service", values: ownerKeys }],
    observe: (key, { cache }) => {
      const { namespace = "", name } = parseKey(key);
      const service = cache.get(Service, { namespace, name });
      return {
        service,
        pods: service ? cache.list(Pod, { namespace }).filter((pod) => selects(service, pod)) : [],
        slices: cache.list(EndpointSlice, { namespace, index: { name: "service", value: key } }),
        endpoints: cache.get(Endpoints, { namespace, name }),
      };
    },
    plan: planEndpoints,
    effects: endpointEffects,
  };
}

function servicesOf(pod: KubeObject, cache: Cache): readonly string[] {
  const { namespace = "" } = pod.metadata;
  return cache
    .list(Service, { namespace })
    .filter((service) => selects(service, pod))
    .map(keyOf);
}

function selects({ spec }: Service, { metadata }: KubeObject): boolean {
  const wanted = Object.entries(spec?.selector ?? {});
  return wanted.length > 0 && wanted.every(([label, value]) => metadata.labels?.[label] === value);
}

function ownerKeys({ metadata }: KubeObject): readonly string[] {
  const name = metadata.labels?.[labels.serviceName];
  return name === undefined ? [] : [`${metadata.namespace}/${name}`];
}
