import { completionScript } from "../completion/scripts.ts";
import { UsageError } from "../flags/parse-flags.ts";
import type { Command } from "./command.ts";

export const completion: Command = {
  name: "completion",
  use: "bash|zsh|fish",
  short: "Generate the autocompletion script for the specified shell",
  example: `  # For this shell alone:
  source <(PROGRAM completion bash)

  # For every new one:
  PROGRAM completion bash > /etc/bash_completion.d/PROGRAM`,
  args: "any",
  completes: ["shell"],
  run: async ({ flags, io, program }) => {
    const [shell] = flags.args;
    if (shell === undefined) throw new UsageError("accepts 1 arg(s), received 0");
    const script = completionScript(shell, program);
    if (script === undefined) throw new UsageError(`unknown command "${shell}" for "${program} completion"`);
    io.stdout.write(script);
  },
};
