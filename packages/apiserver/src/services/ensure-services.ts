import { EndpointSlice, Endpoints, type Kind, type KubeObject, Service } from "@peapod/api";
import { type Client, type ClientFetch, createClient, isNotFound, keyOf, type Log } from "@peapod/machinery";
import type { Ranges } from "./allocate.ts";
import { parseIpv4 } from "./ipv4.ts";
import { apiAddressIn } from "./ranges.ts";
import { needsClusterIp } from "./spec.ts";

export interface EnsureServicesOptions {
  readonly fetch: ClientFetch;
  readonly ranges: Ranges;
  /** `192.0.2.7:6443`: where guests find the API; nothing answers behind `kubernetes` without one. */
  readonly advertised: string | undefined;
  readonly log: Log;
}

const place = { namespace: "default", name: "kubernetes" } as const;
const fieldManager = "peapod";

/**
 * Makes the service `kubernetes`, by which pods reach the API, and says where that is now. Services that are older than addresses for
 * services get theirs.
 */
export async function ensureServices({ fetch, ranges, advertised, log }: EnsureServicesOptions): Promise<void> {
  const client = createClient({ fetch });
  const [address = "", port = "6443"] = advertised?.split(":") ?? [];
  const isReachable = parseIpv4(address) !== undefined;
  const wanted = [
    async () => await ensureKubernetes(client, ranges, Number(port)),
    ...(isReachable ? [async () => await ensureEndpoints(client, address, Number(port))] : []),
    async () => await completeServices(client, log),
  ];
  for (const make of wanted) {
    try {
      await make();
    } catch (error) {
      // A server without this service is better than none.
      log.error("service kubernetes not made", { error });
    }
  }
}

async function ensureKubernetes(client: Client, ranges: Ranges, port: number): Promise<void> {
  if (await client.find(Service, place)) return;
  const service: Service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { ...place, labels: { component: "apiserver", provider: "kubernetes" } },
    spec: {
      clusterIP: apiAddressIn(ranges.network),
      ports: [{ name: "https", port: 443, protocol: "TCP", targetPort: port }],
    },
  };
  await client.create(Service, service, { fieldManager });
}

async function ensureEndpoints(client: Client, address: string, port: number): Promise<void> {
  const ports = [{ name: "https", port, protocol: "TCP" }] as const;
  await put(client, EndpointSlice, {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { ...place, labels: { "kubernetes.io/service-name": place.name } },
    addressType: "IPv4",
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
    ports,
  });
  await put(client, Endpoints, {
    apiVersion: "v1",
    kind: "Endpoints",
    metadata: { ...place, labels: { "endpointslice.kubernetes.io/skip-mirror": "true" } },
    subsets: [{ addresses: [{ ip: address }], ports }],
  });
}

/** Writes an object as it is to be; one that is the same is not stored again. */
async function put<T extends KubeObject>(client: Client, kind: Kind<T>, object: T): Promise<void> {
  try {
    await client.update(kind, object, { fieldManager });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    await client.create(kind, object, { fieldManager });
  }
}

async function completeServices(client: Client, log: Log): Promise<void> {
  const { items } = await client.list(Service);
  for (const service of items) {
    if (!service.spec || !needsClusterIp(service.spec) || service.spec.clusterIP) continue;
    try {
      await client.update(Service, service, { fieldManager });
    } catch (error) {
      log.error("service got no address", { service: keyOf(service), error });
    }
  }
}
