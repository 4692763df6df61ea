import { networkInterfaces } from "node:os";

/**
 * Where pods reach a server that listens on `host`: of all addresses, the machine's first one that is neither loopback nor ours. A
 * server on loopback says so, and pods do not reach it.
 *
 * @returns `192.0.2.7:6443`; undefined on a machine that has no address, or for one of another family than services have
 */
export function advertisedAddress(host: string, port: number, interfaces = networkInterfaces()): string | undefined {
  if (host !== "0.0.0.0" && host !== "::") return host.includes(":") ? undefined : `${host}:${port}`;
  const outward = Object.entries(interfaces)
    .filter(([name]) => !name.startsWith("pp"))
    .flatMap(([, addresses = []]) => addresses)
    .find(({ family, internal }) => family === "IPv4" && !internal);
  return outward && `${outward.address}:${port}`;
}
