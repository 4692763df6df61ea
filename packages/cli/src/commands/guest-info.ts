import { formatError } from "@peapod/machinery";
import { subresourcePath } from "../access/subresource.ts";
import { type Command, type CommandContext, print } from "./command.ts";

export const guestosinfo: Command = {
  name: "guestosinfo",
  use: "(VMI)",
  short: "Return guest agent info about operating system.",
  example: "  # Guestosinfo a virtual machine instance called 'myvm':\n  PROGRAM guestosinfo myvm",
  args: 1,
  completes: ["vmi"],
  run: (context) => ask(context, "guestosinfo", "getting guestosinfo of"),
};

export const userlist: Command = {
  name: "userlist",
  use: "(VMI)",
  short: "Return full list of logged in users on the guest machine.",
  example: "  # Userlist a virtual machine instance called 'myvm':\n  PROGRAM userlist myvm",
  args: 1,
  completes: ["vmi"],
  run: (context) => ask(context, "userlist", "listing users of"),
};

export const fslist: Command = {
  name: "fslist",
  use: "(VMI)",
  short: "Return full list of filesystems available on the guest machine.",
  example: "  # Fslist a virtual machine instance called 'myvm':\n  PROGRAM fslist myvm",
  args: 1,
  completes: ["vmi"],
  run: (context) => ask(context, "filesystemlist", "listing filesystems of"),
};

/** Prints what the guest's agent answers, as JSON indented by two. */
async function ask(context: CommandContext, subresource: string, doing: string): Promise<void> {
  const [name = ""] = context.flags.args;
  const { client, namespace } = await context.access();
  const path = subresourcePath(namespace, "virtualmachineinstances", name, subresource);
  let answer: unknown;
  try {
    answer = await client.request("GET", path, { signal: context.signal });
  } catch (error) {
    throw new Error(`Error ${doing} VirtualMachineInstance ${name}, ${formatError(error)}`);
  }
  print(context, JSON.stringify(answer, null, 2));
}
