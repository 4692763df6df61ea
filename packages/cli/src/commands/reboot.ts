import { formatError } from "@peapod/machinery";
import { putSubresource } from "../access/subresource.ts";
import { type Command, type CommandContext, print } from "./command.ts";

export const softReboot: Command = {
  name: "soft-reboot",
  use: "(VMI)",
  short: "Soft reboot a virtual machine instance",
  long: "Asks the guest to reboot: through its agent, or else by its power button.",
  example: "  # Soft-Reboot a virtualmachineinstance called 'myvmi':\n  PROGRAM soft-reboot myvmi",
  args: 1,
  completes: ["vmi"],
  run: (context) => order(context, "softreboot", "soft rebooting", "soft-reboot"),
};

export const reset: Command = {
  name: "reset",
  use: "(VMI)",
  short: "Reset a virtual machine instance",
  example: "  # Reset a virtualmachineinstance called 'myvmi':\n  PROGRAM reset myvmi",
  args: 1,
  completes: ["vmi"],
  run: (context) => order(context, "reset", "reseting", "reset"), // upstream's spelling
};

async function order(context: CommandContext, verb: string, doing: string, done: string): Promise<void> {
  const [name = ""] = context.flags.args;
  const access = await context.access();
  try {
    await putSubresource(access, "virtualmachineinstances", name, verb, undefined, context.signal);
  } catch (error) {
    throw new Error(`Error ${doing} VirtualMachineInstance ${name}: ${formatError(error)}`);
  }
  print(context, `VMI ${name} was scheduled to ${done}`);
}
