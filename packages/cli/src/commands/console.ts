import { VirtualMachineInstance } from "@peapod/api";
import { isConditionTrue } from "@peapod/machinery";
import { attach } from "../console/attach.ts";
import { dialConsole } from "../console/dial.ts";
import type { Command, CommandContext } from "./command.ts";

export const console: Command = {
  name: "console",
  use: "(VMI)",
  short: "Connect to a console of a virtual machine instance.",
  example: `  # Connect to the console on VirtualMachineInstance 'myvmi':
  PROGRAM console myvmi

  # Configure one minute timeout (default 5 minutes)
  PROGRAM console --timeout=1 myvmi`,
  flags: [
    { name: "timeout", type: "int", default: 5, usage: "Minutes to wait for the virtual machine instance to run" },
  ],
  args: 1,
  completes: ["vmi"],
  run: async (context) => {
    const { flags, io, signal } = context;
    const [name = ""] = flags.args;
    const access = await context.access();
    const timeoutMs = flags.number("timeout") * 60_000;
    const connection = await dialConsole(access, name, { timeoutMs, signal }).catch((error) => {
      if (signal.aborted) return undefined; // somebody had enough of waiting
      throw error;
    });
    if (connection === undefined) {
      io.stdout.write("\n");
      return;
    }
    await warnIfPaused(context, name);
    io.stderr.write(`Successfully connected to ${name} console. Press Ctrl+] or Ctrl+5 to exit console.\n`);
    try {
      await attach(connection, io, signal);
    } catch (error) {
      io.stderr.write(disconnected);
      throw error;
    }
  },
};

const disconnected = `
You were disconnected from the console. This could be caused by one of the following:
 - the target VM was powered off
 - another user connected to the console of the target VM
 - network issues
`;

async function warnIfPaused(context: CommandContext, name: string): Promise<void> {
  const { client, namespace } = await context.access();
  // Only a courtesy: the console is open, whatever comes of this.
  const vmi = await client
    .find(VirtualMachineInstance, { namespace, name }, { signal: context.signal })
    .catch(() => undefined);
  if (vmi !== undefined && isConditionTrue(vmi.status?.conditions, "Paused")) {
    context.io.stderr.write(`\rWarning: ${name} is paused. Console will be active after unpause.\n`);
  }
}
