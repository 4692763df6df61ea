import type { PortTrouble } from "@peapod/network";

/** What has become of the network's end of an interface: half a sentence. */
export function renderPort(port: PortTrouble): string {
  switch (port.is) {
    case "forgotten":
      return "its switch has no port of it";
    case "loose":
      return `"${port.link}" is no longer a port of "${port.bridge}"`;
    case "down":
      return `"${port.link}" was set down`;
  }
}
