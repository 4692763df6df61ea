import { loginFlags, renderHost, renderOptions } from "../ssh/options.ts";
import { runClient } from "../ssh/run-client.ts";
import { parseLogin } from "../ssh/target.ts";
import type { Command } from "./command.ts";

export const ssh: Command = {
  name: "ssh",
  use: "[user@]type/name[/namespace]",
  short: "Open an SSH connection to a virtual machine instance.",
  long: `Opens an SSH connection to a virtual machine, by the ssh that is installed here and through the API server.

The target is [user@]type/name[/namespace]; the type is vm or vmi.`,
  example: `  # Log in to 'testvmi' as user 'jdoe':
  PROGRAM ssh jdoe@vmi/testvmi

  # The same with a key, to the machine of another namespace:
  PROGRAM ssh --identity-file=/home/jdoe/.ssh/id_ed25519 jdoe@vm/testvm/mynamespace

  # Run one command:
  PROGRAM ssh jdoe@vm/testvm --command 'uname -a'`,
  flags: [...loginFlags, { name: "command", short: "c", type: "string", usage: "Run this instead of a shell" }],
  args: 1,
  completes: ["machine"],
  run: async (context) => {
    const { flags, env } = context;
    const target = parseLogin(flags.args[0] ?? "");
    const { namespace } = await context.access();
    const command = flags.text("command");
    const host = renderHost(target, { flags, namespace, env });
    await runClient(["ssh", ...renderOptions(context, target), host, ...(command === "" ? [] : [command])], context);
  },
};
