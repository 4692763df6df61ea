import type { Assignment } from "../types.ts";

/** An IPAM plugin's result: no interfaces; the default route through the pool's gateway, then the pool's own, then the pod's. */
export function renderIpamResult(assignments: readonly Assignment[], cniVersion: string): unknown {
  const isOld = cniVersion.startsWith("0.");
  return {
    cniVersion,
    ips: assignments.map(({ address, gateway }) => ({
      ...(isOld && { version: familyOf(address) }),
      address,
      ...(gateway !== undefined && { gateway }),
    })),
    routes: assignments.flatMap(({ address, gateway, cleanGateway, routes }) => [
      ...(gateway === undefined || cleanGateway
        ? []
        : [{ dst: familyOf(address) === "4" ? "0.0.0.0/0" : "::/0", gw: gateway }]),
      ...routes.map(({ destination, gateway: gw }) => ({ dst: destination, gw })),
    ]),
    dns: {},
  };
}

function familyOf(address: string): "4" | "6" {
  return address.includes(":") ? "6" : "4";
}
