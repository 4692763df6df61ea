import { run } from "@peapod/machinery/node";

/**
 * Makes a network namespace for a pod: one that listens to no router. A pod has the addresses and routes that its networks' plugins give it;
 * what it made itself of an advertisement beside them would come and go, and be spoken from. It has its name only when that is so.
 *
 * @param name  of `/run/netns`; there must be none of that name
 */
export async function addPodNamespace(name: string, signal?: AbortSignal): Promise<void> {
  await run(["unshare", "--net", "sh", "-c", script, "sh", name], { signal, timeoutMs: 20_000 });
}

/** Interfaces begin with what `default` has; a kernel without IPv6 has no such setting. */
const setting = "/proc/sys/net/ipv6/conf/default/accept_ra";
const script = `{ [ ! -e ${setting} ] || echo 0 > ${setting}; } && exec ip netns attach "$1" $$`;
