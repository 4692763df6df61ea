import { readdirSync } from "node:fs";
import { currentNetns, readSetting, writeSetting } from "./machine.ts";
import { changeMachineState, type MachineState } from "./registry.ts";

const interfaces = "net/ipv6/conf";
const forwarding = `${interfaces}/all/forwarding`;

/**
 * Lets the machine pass IPv6 on. Like forwarding of IPv4 it is for all instances, and the last to leave puts it back; unlike it, it is
 * switched on when the first pod needs it.
 */
export function ensureIpv6Forwarding(registryPath: string): void {
  if (readSetting(forwarding) !== "0") return; // on already, or a kernel without IPv6
  changeMachineState(registryPath, (state) => {
    const name = `${currentNetns()} ${forwarding}`;
    const originals = { ...state.originals, [name]: state.originals[name] ?? "0" };
    switchForwarding("1");
    return [{ ...state, originals }, undefined];
  });
}

/** For whoever leaves last, under the registry's lock. */
export function restoreIpv6Forwarding(originals: MachineState["originals"], netns: string): void {
  const before = originals[`${netns} ${forwarding}`];
  if (before !== undefined && readSetting(forwarding) !== before) switchForwarding(before);
}

/**
 * The setting of `all` decides whether packets are passed on, but writing it makes every interface a router's as well, one that believes
 * no router advertisement and forgets the default routes that came by one. So each keeps what it had; and while they are changed,
 * those that listen to routers do so whatever they are (2), or their routes would be gone by then.
 *
 * @see https://docs.kernel.org/networking/ip-sysctl.html `conf/all/forwarding`, `accept_ra`
 */
function switchForwarding(value: string): void {
  const before = readdirSync(`/proc/sys/${interfaces}`)
    .filter((name) => name !== "all")
    .map((name) => ({
      name: `${interfaces}/${name}`,
      forwarding: readSetting(`${interfaces}/${name}/forwarding`),
      acceptRa: readSetting(`${interfaces}/${name}/accept_ra`),
    }));
  const listening = before.filter((one) => one.forwarding === "0" && one.acceptRa === "1");
  try {
    for (const { name } of listening) writeIfThere(`${name}/accept_ra`, "2");
    writeSetting(forwarding, value);
    for (const one of before) {
      if (one.forwarding !== undefined && one.forwarding !== value) {
        writeIfThere(`${one.name}/forwarding`, one.forwarding);
      }
    }
  } finally {
    for (const { name } of listening) writeIfThere(`${name}/accept_ra`, "1");
  }
}

/** Interfaces come and go meanwhile. */
function writeIfThere(path: string, value: string): void {
  if (readSetting(path) !== undefined) writeSetting(path, value);
}
