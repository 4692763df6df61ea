import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { arch, availableParallelism, cpus, loadavg, release, totalmem } from "node:os";

/** What the figures belong to. */
export interface MachineUnderTest {
  readonly date: string;
  readonly commit: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly kernel: string;
  readonly system: string;
  readonly node: string;
  readonly qemu: string;
  /** Of the last minute, before the run: above 0.5 somebody else was at work. */
  readonly loadBefore: number;
}

export function describeMachine(root: string): MachineUnderTest {
  return {
    date: new Date().toISOString(),
    commit: firstLine(["git", "-C", root, "rev-parse", "--short", "HEAD"]),
    cpu: cpus()[0]?.model ?? arch(),
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    system: /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "",
    node: process.version,
    qemu: firstLine(["qemu-system-x86_64", "--version"]),
    loadBefore: loadavg()[0] ?? 0,
  };
}

/** `""` where the program is not there or fails: a copy without its history has no commit. */
function firstLine([program = "", ...args]: readonly string[]): string {
  try {
    return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).split("\n")[0] ?? "";
  } catch {
    return "";
  }
}
