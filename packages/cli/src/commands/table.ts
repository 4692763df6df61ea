import type { Elsewhere } from "../help/help.ts";
import type { Command, Program } from "./command.ts";
import { completion } from "./completion.ts";
import { console } from "./console.ts";
import { expand } from "./expand.ts";
import { expose } from "./expose.ts";
import { fslist, guestosinfo, userlist } from "./guest-info.ts";
import { pause, unpause } from "./pause.ts";
import { portForward } from "./port-forward.ts";
import { reset, softReboot } from "./reboot.ts";
import { restart, start, stop } from "./run-state.ts";
import { scp } from "./scp.ts";
import { ssh } from "./ssh.ts";
import { status } from "./status.ts";
import { version } from "./version.ts";
import { why } from "./why.ts";

const commands: readonly Command[] = [
  completion,
  console,
  expand,
  expose,
  fslist,
  guestosinfo,
  pause,
  portForward,
  reset,
  restart,
  scp,
  softReboot,
  ssh,
  start,
  status,
  stop,
  unpause,
  userlist,
  version,
  why,
];

export function commandsOf(program: Program): readonly Command[] {
  return commands.filter(({ isPeapods }) => program === "peapod" || !isPeapods);
}

/** Commands of `peapod` that touch the machine; the platform room answers them. */
export const machineCommands: readonly Elsewhere[] = [
  { name: "up", short: "Start Peapod on this machine" },
  { name: "down", short: "Stop its guests and everything that Peapod started" },
  { name: "node", short: "Run an agent alone, as another node" },
  { name: "image", short: "Put disk images into the local store, list and remove them" },
  { name: "guest-image", short: "Build a small bootable guest" },
  { name: "ipam", short: "Prove that pools, endpoints and guests agree on addresses" },
  { name: "domain", short: "Show how a guest was started" },
];

export function elsewhereOf(program: Program): readonly Elsewhere[] {
  return program === "peapod" ? machineCommands : [];
}

/** Commands of upstream's that come later, and what helps until then. */
export const laterCommands: Readonly<Record<string, string>> = {
  ...migration(["migrate", "migrate-cancel", "evacuate-cancel"]),
  vnc: "use the console until it has VNC",
  usbredir: "it has no USB redirection",
  addvolume: "stop the machine and add the volume to its spec",
  removevolume: "stop the machine and take the volume out of its spec",
  "memory-dump": "it has no memory dumps",
  "image-upload": "import the image with: peapod image import REFERENCE FILE",
  vmexport: "it has no exports",
  guestfs: "it runs no containers beside its guests",
  create: "write the manifest by hand; kubectl explain vm helps",
  credentials: "use cloud-init",
  template: "it has no templates",
  objectgraph: "kubectl get vm,vmi,pod shows what belongs together",
  adm: "its components log to the files of peapod up",
  "permitted-devices": "it has no host devices",
};

function migration(names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, "it has no live migration; stop and start the machine"]));
}
