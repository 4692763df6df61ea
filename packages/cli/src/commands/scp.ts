import { type HostContext, loginFlags, renderHost, renderOptions } from "../ssh/options.ts";
import { runClient } from "../ssh/run-client.ts";
import { type Place, parseCopy } from "../ssh/target.ts";
import type { Command } from "./command.ts";

export const scp: Command = {
  name: "scp",
  use: "SOURCE DESTINATION",
  short: "SCP files from/to a virtual machine instance.",
  long: `Copies files from or to a virtual machine, by the scp that is installed here and through the API server.

One of both is [user@]type/name[/namespace]:path; the type is vm or vmi. The other one is a path here.`,
  example: `  # Copy a file to the remote home folder of user jdoe:
  PROGRAM scp myfile.bin jdoe@vmi/testvmi:myfile.bin

  # Copy a folder from there:
  PROGRAM scp --recursive jdoe@vm/testvm/mynamespace:mydir/ ./mydir`,
  flags: [
    ...loginFlags,
    { name: "recursive", short: "r", type: "bool", usage: "Copy folders with all that is in them" },
    { name: "preserve", type: "bool", usage: "Keep times and permissions" },
  ],
  args: 2,
  run: async (context) => {
    const { flags, env } = context;
    const [source = "", destination = ""] = flags.args;
    const { from, to, target } = parseCopy(source, destination);
    const { namespace } = await context.access();
    const switches = [...(flags.on("recursive") ? ["-r"] : []), ...(flags.on("preserve") ? ["-p"] : [])];
    const places = [from, to].map((place) => renderPlace(place, { flags, namespace, env }));
    await runClient(["scp", ...renderOptions(context, target), ...switches, ...places], context);
  },
};

/** A local name with a colon, or one that looks like a flag, is none to scp when it begins like a path. */
function renderPlace(place: Place, context: HostContext): string {
  if (place.is === "remote") return `${renderHost(place.target, context)}:${place.path}`;
  return /^[-]/.test(place.path) ? `./${place.path}` : place.path;
}
