import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { formatError, formatYaml, parseYamlDocuments } from "@peapod/machinery";
import { subresourcePath } from "../access/subresource.ts";
import { UsageError } from "../flags/parse-flags.ts";
import type { Command, CommandContext } from "./command.ts";

export const expand: Command = {
  name: "expand",
  use: "(VM)",
  short: "Return the VirtualMachine object with expanded instancetype and preference.",
  example: `  # Expand a virtual machine called 'myvm'.
  PROGRAM expand --vm myvm

  # Expand a virtual machine from file called myvm.yaml, or from standard input.
  PROGRAM expand --file myvm.yaml
  PROGRAM expand --file -

  # Expand a virtual machine called myvm and display output in json format.
  PROGRAM expand --vm myvm --output json`,
  flags: [
    { name: "vm", type: "string", usage: "The VirtualMachine to expand; not together with --file" },
    { name: "file", short: "f", type: "string", usage: "Expand the VirtualMachine in this file; - is standard input" },
    { name: "output", short: "o", type: "string", default: "yaml", usage: "yaml or json", values: ["yaml", "json"] },
  ],
  args: 0,
  run: async (context) => {
    const { flags, io, signal } = context;
    const [name, file, format] = [flags.text("vm"), flags.text("file"), flags.text("output")];
    if (flags.has("vm") && flags.has("file")) {
      const group = "[file vm]";
      throw new UsageError(
        `if any flags in the group ${group} are set none of the others can be; ${group} were all set`,
      );
    }
    if (name === "" && file === "") {
      throw new UsageError("error invalid arguments - VirtualMachine name or file must be provided");
    }
    if (format !== "yaml" && format !== "json") {
      throw new UsageError(`error not supported output format defined: ${format}`);
    }
    const given = name === "" ? await readMachine(context, file) : undefined;
    const { client, namespace } = await context.access();
    let expanded: unknown;
    try {
      expanded =
        given === undefined
          ? await client.request("GET", subresourcePath(namespace, "virtualmachines", name, "expand-spec"), { signal })
          : await client.request("PUT", `${spacePath(namespace)}/expand-vm-spec`, { body: given, signal });
    } catch (error) {
      const shown = name || nameOf(given);
      throw new Error(`error expanding VirtualMachine - ${shown} in namespace - ${namespace}: ${formatError(error)}`);
    }
    io.stdout.write(format === "json" ? JSON.stringify(expanded, null, 1) : formatYaml(expanded));
  },
};

async function readMachine({ io }: CommandContext, file: string): Promise<unknown> {
  let content: string;
  try {
    content = file === "-" ? await text(io.stdin) : await readFile(file, "utf8");
  } catch (error) {
    throw new Error(`error reading ${file === "-" ? "from stdin: " : "file "}${formatError(error)}`);
  }
  try {
    return parseYamlDocuments(content)[0] ?? {};
  } catch (error) {
    throw new Error(`error decoding VirtualMachine ${formatError(error)}`);
  }
}

function nameOf(machine: unknown): string {
  const { metadata } = machine as { readonly metadata?: { readonly name?: string } };
  return metadata?.name ?? "";
}

function spacePath(namespace: string): string {
  return `/apis/subresources.kubevirt.io/v1/namespaces/${encodeURIComponent(namespace)}`;
}
