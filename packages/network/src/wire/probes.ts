import { setTimeout as delay } from "node:timers/promises";
import { findClaim, renderAnnouncement, renderProbe } from "./frames.ts";
import { openWire } from "./open-wire.ts";

/** Upstream waits this long for the one who may have an address, and asks up to three times. */
const askEveryMs = 100;
const conflictAsks = 3;
/** A gateway that does not answer costs a pod its start: it is given more time, and an answer ends the waiting. */
const gatewayAsks = 10;

/**
 * Asks on the wire whether somebody has an address already. Finding nobody takes three tenths of a second.
 *
 * @param address  without prefix length
 * @returns the other's MAC; undefined: nobody said so
 */
export async function findConflict(
  netnsPath: string,
  ifName: string,
  address: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  return await ask(netnsPath, ifName, address, conflictAsks, signal);
}

/** Asks the gateway on the wire for its MAC. */
export async function isGatewayReachable(
  netnsPath: string,
  ifName: string,
  gateway: string,
  signal: AbortSignal,
): Promise<boolean> {
  return (await ask(netnsPath, ifName, gateway, gatewayAsks, signal)) !== undefined;
}

/** Tells neighbours that these addresses live at this interface's MAC now, whatever they remember. */
export async function announce(
  netnsPath: string,
  ifName: string,
  addresses: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  if (addresses.length === 0) return;
  await using wire = await openWire(netnsPath, ifName, signal);
  wire.send(addresses.flatMap((address) => renderAnnouncement(wire.mac, address)));
  await wire.finish();
}

async function ask(
  netnsPath: string,
  ifName: string,
  address: string,
  asks: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  await using wire = await openWire(netnsPath, ifName, signal);
  const answered = Promise.withResolvers<string>();
  wire.onReceived((received) => {
    const mac = findClaim(received, address, wire.mac);
    if (mac !== undefined) answered.resolve(mac);
  });
  for (let n = 0; n < asks; n += 1) {
    wire.send([renderProbe(wire.mac, address)]);
    const mac = await Promise.race([answered.promise, delay(askEveryMs, undefined, { signal })]);
    if (mac !== undefined) return mac;
  }
  return undefined;
}
