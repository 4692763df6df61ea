import { run } from "@peapod/machinery/node";
import type { PodInterface } from "../binding/types.ts";
import { parseLinks, parseRoutes } from "./parse.ts";

/** Links and routes of a namespace in one program; its loopback, which new namespaces have switched off, is raised on the way. */
const batch = "link set lo up\naddress show\nroute show table all\n";

/**
 * What a pod's interfaces are like now. Plugins may change what plugins before them said, so the namespace is asked, not their
 * results.
 *
 * @throws {Error} when one of them is not there
 */
export async function observePodInterfaces(
  netnsPath: string,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<readonly PodInterface[]> {
  const { stdout } = await run(["nsenter", `--net=${netnsPath}`, "ip", "-json", "-details", "-batch", "-"], {
    input: batch,
    signal,
    timeoutMs: 20_000,
    maxOutputBytes: 16 * 1024 * 1024,
  });
  const [linkText = "", routeText = ""] = stdout.trim().split(/\n(?=\[)/); // ip prints each list on a line of its own
  const links = parseLinks(linkText);
  const routes = parseRoutes(routeText).filter(({ isKernel }) => !isKernel);
  return names.map((name) => {
    const link = links.find((candidate) => candidate.name === name);
    if (!link) throw new Error(`Cannot find interface "${name}" in the pod's network namespace`);
    const own = routes.filter(({ device }) => device === name);
    const gateways = own.flatMap(({ destination, gateway }) =>
      gateway !== undefined && isDefault(destination) ? [gateway] : [],
    );
    return {
      name,
      mac: link.mac,
      mtu: link.mtu,
      kind: link.kind,
      mode: link.mode,
      addresses: link.addresses.filter((address) => !address.startsWith("fe80:")),
      gateways: [...new Set(gateways)],
      routes: own.map(({ destination, gateway }) => ({ destination, ...(gateway !== undefined && { gateway }) })),
    };
  });
}

function isDefault(destination: string): boolean {
  return destination === "0.0.0.0/0" || destination === "::/0";
}
