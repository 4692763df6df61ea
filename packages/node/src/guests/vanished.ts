import type { Adoption, Shutdown } from "@peapod/qemu/node";
import type { GuestEnd } from "./guest-file.ts";

type Vanished =
  | Exclude<Adoption, { readonly state: "alive" }>
  | { readonly status: "vanished"; readonly lastWords: string; readonly shutdown?: Shutdown | undefined };

/** How a guest ended whose QEMU is not there any more, though nobody of us told it to go. */
export function endOfVanished(how: Vanished, now: Date): GuestEnd {
  const at = now.toISOString();
  if ("state" in how && how.state === "rebooted") {
    return { failed: true, reason: "NodeReboot", message: "The machine was restarted under the guest", at };
  }
  const shutdown = "shutdown" in how ? how.shutdown : undefined;
  if (shutdown?.guest) return { failed: false, reason: "Shutdown", message: "The guest was shut down", at };
  if (shutdown) {
    const message = `QEMU was told to end by somebody on the machine (${shutdown.reason})`;
    return { failed: true, reason: "Crashed", message, at };
  }
  const words =
    how.lastWords === "" ? "without a word; it may have been killed" : `with these last words: ${how.lastWords}`;
  return { failed: true, reason: "Crashed", message: `QEMU ended by itself ${words}`, at };
}
