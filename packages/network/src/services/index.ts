import { EndpointSlice, type KubeObject, Node, Service } from "@peapod/api";
import { type Cache, type Controller, keyOf } from "@peapod/machinery";
import { podNetwork } from "../host/claim/plan.ts";
import { listNftTables } from "../host/remove.ts";
import { hostNames } from "../render/host-names.ts";
import { type ServiceState, serviceEffects } from "./effects.ts";
import { HealthServers } from "./health/server.ts";
import { type Facts, planServices, type Step } from "./plan.ts";
import { findMissingRoute } from "./route.ts";
import { serviceNetwork } from "./service-network.ts";

export interface ServicesDeps {
  readonly nodeName: string;
  readonly instance: string;
  /** `10.244.0.0/24` */
  readonly podSubnet: string;
}

const serviceName = "kubernetes.io/service-name";

/** kube-proxy's part: this node's rules follow the services of the cluster, all of them in one table. */
export function createServicesController({
  nodeName,
  instance,
  podSubnet,
}: ServicesDeps): Controller<Node, Facts, Step> {
  const { prefix, bridge, nftTable } = hostNames(instance);
  const names = { table: `${nftTable}_services`, prefix, podNetwork };
  const state: ServiceState = { installed: undefined, health: new HealthServers() };
  return {
    name: "services",
    for: Node,
    reads: [Service, EndpointSlice],
    writes: [],
    watches: [
      { kind: Service, keys: () => [nodeName] },
      { kind: EndpointSlice, keys: () => [nodeName] },
    ],
    fieldSelectors: [{ kind: Node, selector: `metadata.name=${nodeName}` }],
    indexes: [{ kind: EndpointSlice, name: "service", values: ownersOf }],
    concurrency: 1,
    async observe(key, { cache }) {
      if (key !== nodeName) return undefined;
      const tables = await listNftTables();
      return {
        nodeName,
        services: observeServices(cache),
        options: { podSubnet, podNetwork },
        names,
        installed: state.installed,
        isTableThere: tables.some(({ family, name }) => family === "ip" && name === names.table),
        missingRoute: await findMissingRoute(serviceNetwork, bridge),
        health: state.health.checks,
      };
    },
    plan: planServices,
    effects: serviceEffects(state),
  };
}

function observeServices(cache: Cache): Facts["services"] {
  return cache.list(Service).map((service) => ({
    service,
    slices: cache.list(EndpointSlice, { index: { name: "service", value: keyOf(service) } }),
  }));
}

function ownersOf({ metadata }: KubeObject): readonly string[] {
  const name = metadata.labels?.[serviceName];
  return name === undefined ? [] : [`${metadata.namespace}/${name}`];
}
