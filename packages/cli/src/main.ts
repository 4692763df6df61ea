import { basename } from "node:path";
import { runCli } from "./run-cli.ts";

const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => interrupted.abort(new Error(`ended by ${signal}`)));
}
// A reader that has seen enough (`| head`) is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

const [, script = "", ...argv] = process.argv;
// The launchers name the program; `kubectl virt` and links call us by their own names.
const program = (process.env["PEAPOD_PROGRAM"] ?? basename(script)).startsWith("peapod") ? "peapod" : "virtctl";

process.exitCode = await runCli(argv, {
  program,
  self: [process.execPath, script],
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  signal: interrupted.signal,
});
