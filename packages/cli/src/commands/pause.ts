import { VirtualMachine } from "@peapod/api";
import { formatError, isNotFound } from "@peapod/machinery";
import { putSubresource } from "../access/subresource.ts";
import { type Command, type CommandContext, print } from "./command.ts";
import { dryRunFlag, dryRunOf } from "./run-state.ts";

export const pause: Command = {
  name: "pause",
  use: "vm|vmi (VM)|(VMI)",
  short: "Pause a virtual machine",
  long: `Pauses a virtual machine: its processors stand still, its memory is kept.
The first argument says what the second one names: vm (virtualmachine) or vmi (virtualmachineinstance).`,
  example: "  # Pause a virtualmachine called 'myvm':\n  PROGRAM pause vm myvm",
  flags: [dryRunFlag],
  args: 2,
  completes: ["type", "target"],
  run: async (context) => {
    const { vm, name } = await targetOf(context);
    const body = dryRunOf(context);
    try {
      await putSubresource(await context.access(), "virtualmachineinstances", name, "pause", body, context.signal);
    } catch (error) {
      if (vm !== undefined && isNotFound(error)) throw new Error(notThere(vm, name));
      throw new Error(`Error pausing VirtualMachineInstance ${name}: ${formatError(error)}`);
    }
    print(context, `VMI ${name} was scheduled to pause`);
  },
};

export const unpause: Command = {
  name: "unpause",
  use: "vm|vmi (VM)|(VMI)",
  short: "Unpause a virtual machine",
  long: `Lets a paused virtual machine go on.
The first argument says what the second one names: vm (virtualmachine) or vmi (virtualmachineinstance).`,
  example: "  # Unpause a virtualmachine called 'myvm':\n  PROGRAM unpause vm myvm",
  flags: [dryRunFlag],
  args: 2,
  completes: ["type", "target"],
  run: async (context) => {
    const { name } = await targetOf(context);
    const body = dryRunOf(context);
    try {
      await putSubresource(await context.access(), "virtualmachineinstances", name, "unpause", body, context.signal);
    } catch (error) {
      throw new Error(`Error unpausing VirtualMachineInstance ${name}: ${formatError(error)}`);
    }
    print(context, `VMI ${name} was scheduled to unpause`);
  },
};

/** @throws {Error} when there is no such machine, or the type is neither of both */
async function targetOf(context: CommandContext): Promise<{ readonly name: string; readonly vm?: VirtualMachine }> {
  const [type = "", name = ""] = context.flags.args;
  switch (type.toLowerCase()) {
    case "vmi":
    case "vmis":
    case "virtualmachineinstance":
    case "virtualmachineinstances":
      return { name };
    case "vm":
    case "vms":
    case "virtualmachine":
    case "virtualmachines": {
      const { client, namespace } = await context.access();
      try {
        return { name, vm: await client.get(VirtualMachine, { namespace, name }, { signal: context.signal }) };
      } catch (error) {
        throw new Error(`Error getting VirtualMachine ${name}: ${formatError(error)}`);
      }
    }
    default:
      throw new Error(`unsupported resource type '${type}'`);
  }
}

function notThere(vm: VirtualMachine, name: string): string {
  const strategy = vm.spec.runStrategy ?? (vm.spec.running === true ? "Always" : "Halted");
  return strategy === "Halted"
    ? `Error pausing VirtualMachineInstance ${name}. VirtualMachine ${name} is not set to run`
    : `Error pausing VirtualMachineInstance ${name}, it was not found`;
}
