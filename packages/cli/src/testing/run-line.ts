import { PassThrough } from "node:stream";
import { type ClientConnect, createClient } from "@peapod/machinery";
import type { FakeApi } from "@peapod/machinery/testing";
import type { Input, Program } from "../commands/command.ts";
import { runCli } from "../run-cli.ts";

export interface LineOptions {
  readonly api?: FakeApi;
  readonly connect?: ClientConnect;
  readonly program?: Program;
  readonly stdin?: Input;
  readonly signal?: AbortSignal;
  readonly now?: Date;
  /** See standard output and error as they grow. */
  readonly onOutput?: (text: string) => void;
  readonly onErrors?: (text: string) => void;
}

export interface LineResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command line against a fake API, in namespace "default". */
export async function runLine(argv: readonly string[], options: LineOptions = {}): Promise<LineResult> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  let [out, err] = ["", ""];
  stdout.on("data", (chunk) => {
    out += chunk;
    options.onOutput?.(out);
  });
  stderr.on("data", (chunk) => {
    err += chunk;
    options.onErrors?.(err);
  });
  const { now } = options;
  const code = await runCli(argv, {
    program: options.program ?? "virtctl",
    self: ["virtctl"],
    env: {},
    stdin: options.stdin ?? new PassThrough(),
    stdout,
    stderr,
    signal: options.signal ?? new AbortController().signal,
    ...(now && { now: () => now }),
    connect: async (_, flags) => ({
      server: "https://127.0.0.1:6443",
      namespace: flags.given("namespace") ?? "default",
      client: createClient({ fetch: options.api?.fetch ?? (() => Promise.reject(new Error("no server"))) }),
      connect: options.connect ?? (() => Promise.reject(new Error("no streams"))),
      close: () => {},
    }),
  });
  return { code, stdout: out, stderr: err };
}
