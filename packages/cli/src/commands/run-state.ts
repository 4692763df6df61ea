import { formatError } from "@peapod/machinery";
import { putSubresource } from "../access/subresource.ts";
import type { FlagSpec } from "../flags/flag-specs.ts";
import { type Command, type CommandContext, print } from "./command.ts";

export const dryRunFlag: FlagSpec = { name: "dry-run", type: "bool", usage: "Ask for it without changing anything" };

/** The body's `dryRun`, and the line that says so. */
export function dryRunOf(context: CommandContext): { readonly dryRun?: readonly string[] } {
  if (!context.flags.on("dry-run")) return {};
  print(context, "Dry Run execution");
  return { dryRun: ["All"] };
}

const forceFlags: readonly FlagSpec[] = [
  { name: "force", type: "bool", usage: "Do not wait for the guest; goes with --grace-period" },
  { name: "grace-period", type: "int", default: -1, usage: "Seconds that the guest is given; goes with --force" },
];

export const start: Command = {
  name: "start",
  use: "(VM)",
  short: "Start a virtual machine.",
  example: "  # Start a virtual machine called 'myvm':\n  PROGRAM start myvm",
  flags: [{ name: "paused", type: "bool", usage: "Start it paused" }, dryRunFlag],
  args: 1,
  completes: ["vm"],
  run: async (context) => {
    const paused = context.flags.on("paused");
    await order(context, "start", { paused, ...dryRunOf(context) }, "Error starting VirtualMachine ");
  },
};

export const stop: Command = {
  name: "stop",
  use: "(VM)",
  short: "Stop a virtual machine.",
  example: "  # Stop a virtual machine called 'myvm':\n  PROGRAM stop myvm",
  flags: [...forceFlags, dryRunFlag],
  args: 1,
  completes: ["vm"],
  run: async (context) => {
    const gracePeriod = forcedGracePeriod(context);
    const failure =
      gracePeriod === undefined ? "error stopping VirtualMachine " : "error force stopping VirtualMachine: ";
    const body = { ...dryRunOf(context), ...(gracePeriod !== undefined && { gracePeriod }) };
    await order(context, "stop", body, failure);
  },
};

export const restart: Command = {
  name: "restart",
  use: "(VM)",
  short: "Restart a virtual machine.",
  example: "  # Restart a virtual machine called 'myvm':\n  PROGRAM restart myvm",
  flags: [...forceFlags, dryRunFlag],
  args: 1,
  completes: ["vm"],
  run: async (context) => {
    const gracePeriodSeconds = forcedGracePeriod(context);
    const how = gracePeriodSeconds === undefined ? "" : "force ";
    const body = { ...dryRunOf(context), ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }) };
    await order(context, "restart", body, `error ${how}restarting VirtualMachine: `);
  },
};

function forcedGracePeriod({ flags }: CommandContext): number | undefined {
  const isForced = flags.on("force");
  if (flags.has("grace-period") !== isForced) throw new Error("Must both use --force=true and set --grace-period.");
  return isForced ? flags.number("grace-period") : undefined;
}

async function order(context: CommandContext, verb: string, body: object, failure: string): Promise<void> {
  const [name = ""] = context.flags.args;
  const access = await context.access();
  try {
    await putSubresource(access, "virtualmachines", name, verb, body, context.signal);
  } catch (error) {
    throw new Error(`${failure}${formatError(error)}`);
  }
  print(context, `VM ${name} was scheduled to ${verb}`);
}
