import type { Domain } from "../domain.ts";
import { keyValueArgument } from "./argument.ts";
import { socketChardev } from "./chardev.ts";

/**
 * QMP monitors, on a socket each: one serves one client, so the second is the way in when somebody holds the first. A client may
 * ask any of them for out-of-band commands.
 */
export function renderMonitors({ monitors }: Domain): string[] {
  return monitors.flatMap((monitor) => [
    ...socketChardev(`char-${monitor.id}`, monitor.socketPath),
    ...keyValueArgument("-mon", undefined, { id: monitor.id, chardev: `char-${monitor.id}`, mode: "control" }),
  ]);
}
