export type { Access, Io, Program } from "./commands/command.ts";
export { machineCommands } from "./commands/table.ts";
export { type CliOptions, runCli } from "./run-cli.ts";
