import type { Domain } from "../domain.ts";
import { assignAddresses } from "./addresses.ts";
import { keyValueArgument } from "./argument.ts";
import { renderBalloon } from "./balloon.ts";
import { renderClock } from "./clock.ts";
import { renderControllers } from "./controllers.ts";
import { renderCpu } from "./cpu.ts";
import { renderDisks } from "./disk.ts";
import { renderFirmware } from "./firmware.ts";
import { renderGraphics } from "./graphics.ts";
import { renderGuestAgent } from "./guest-agent.ts";
import { renderInputs } from "./input.ts";
import { renderMachine } from "./machine.ts";
import { renderMemory } from "./memory.ts";
import { renderMonitors } from "./monitor.ts";
import { renderNics } from "./nic.ts";
import { renderPanicDevice } from "./panic.ts";
import { renderRng } from "./rng.ts";
import { renderSerial } from "./serial.ts";
import { renderSmbios } from "./smbios.ts";
import { renderWatchdog } from "./watchdog.ts";

/**
 * QEMU's arguments for a guest (without the program's name): the same bytes for the same domain and the same moment. The guest
 * comes up stopped and waits for QMP's `cont`.
 *
 * @param now  the moment of the start; only a clock with an offset or a time zone depends on it
 * @throws {DomainError} when two devices want one address, or a bus has no such device
 */
export function renderQemuArgs(domain: Domain, { now }: { readonly now: Date }): string[] {
  const book = assignAddresses(domain);
  return [
    ...renderMachine(domain),
    ...renderCpu(domain),
    ...renderMemory(domain),
    ...renderFirmware(domain),
    ...renderSmbios(domain),
    ...renderClock(domain, now),
    ...renderMonitors(domain),
    ...renderControllers(domain, book),
    ...renderSerial(domain),
    ...renderGuestAgent(domain, book),
    ...renderGraphics(domain, book),
    ...renderNics(domain, book),
    ...renderDisks(domain, book),
    ...renderInputs(domain, book),
    ...renderBalloon(domain, book),
    ...renderRng(domain, book),
    ...renderPanicDevice(domain, book),
    ...renderWatchdog(domain, book),
    ...renderActions(domain),
    // The process cannot start programs, take privileges or give itself a higher priority. A `migrate` to `exec:` would kill it.
    ...keyValueArgument("-sandbox", "on", {
      obsolete: "deny",
      elevateprivileges: "deny",
      spawn: "deny",
      resourcecontrol: "deny",
    }),
    "-pidfile",
    domain.pidFile,
    "-S",
  ];
}

/** QEMU pauses where it would exit, so that what the guest did while nobody listened can still be asked of it. */
function renderActions({ watchdog }: Domain): string[] {
  return keyValueArgument("-action", undefined, {
    reboot: "reset",
    shutdown: "pause",
    panic: "pause",
    watchdog: watchdog?.action,
  });
}
