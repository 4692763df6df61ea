import { access, constants, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ProgramError, run } from "../process/run.ts";
import { keyValueArgument } from "../render/argument.ts";
import { debugExitPort, probeExitCode, probeGuest } from "./probe-guest.ts";

export interface Acceleration {
  readonly accelerator: "kvm" | "tcg";
  /** Why, in a sentence for the node's status. */
  readonly because: string;
  /** How long the probe guest took, from the start of QEMU to its end. */
  readonly emulationMs?: number | undefined;
  readonly kvmMs?: number | undefined;
}

export interface ProbeOptions {
  /** For each of the two runs. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly qemuPath?: string | undefined;
  readonly kvmPath?: string | undefined;
}

/**
 * Finds out by trying whether KVM is worth using: /dev/kvm may be there and refuse, or be a software KVM under which ordinary guests
 * stall. The same little guest runs under emulation and then under KVM, which is given up as soon as it is clearly slower.
 *
 * @throws {ProgramError} when QEMU does not even run the guest under emulation
 */
export async function probeAcceleration(options: ProbeOptions): Promise<Acceleration> {
  const { deadlineMs, signal, qemuPath = "qemu-system-x86_64", kvmPath = "/dev/kvm" } = options;
  const refusal = await access(kvmPath, constants.R_OK | constants.W_OK).then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error.code,
  );
  if (refusal === "ENOENT") return { accelerator: "tcg", because: `there is no ${kvmPath}` };
  if (refusal !== undefined) return { accelerator: "tcg", because: `${kvmPath} cannot be opened (${refusal})` };

  const folder = await mkdtemp(join(tmpdir(), "peapod-probe-"));
  try {
    const disk = join(folder, "probe.raw");
    await writeFile(disk, probeGuest());
    const emulation = await runProbe(qemuPath, ["tcg", "max"], disk, deadlineMs, signal);
    if (emulation.failure !== undefined) throw new ProgramError(qemuPath, emulation.failure, { stderr: "" });
    // Even if it were faster later, a KVM that takes twice as long for ordinary work is no acceleration.
    const patienceMs = Math.min(deadlineMs, Math.max(2 * emulation.ms, 500));
    const kvm = await runProbe(qemuPath, ["kvm", "host"], disk, patienceMs, signal);
    if (kvm.failure !== undefined) {
      const because = `the probe guest ${kvm.failure} under KVM; emulation ran it in ${emulation.ms} ms`;
      return { accelerator: "tcg", because, emulationMs: emulation.ms };
    }
    return {
      accelerator: "kvm",
      because: `the probe guest took ${kvm.ms} ms under KVM and ${emulation.ms} ms under emulation`,
      emulationMs: emulation.ms,
      kvmMs: kvm.ms,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface ProbeRun {
  readonly ms: number;
  /** `was not through after 800 ms`; undefined: it came to its end. */
  readonly failure: string | undefined;
}

async function runProbe(
  qemuPath: string,
  [accelerator, cpu]: readonly [string, string],
  disk: string,
  patienceMs: number,
  signal: AbortSignal | undefined,
): Promise<ProbeRun> {
  const patience = AbortSignal.timeout(patienceMs);
  const begin = performance.now();
  const elapsed = (): number => Math.round(performance.now() - begin);
  try {
    await run(
      [
        qemuPath,
        ...["-nodefaults", "-no-user-config", "-display", "none", "-machine", "q35", "-no-reboot"],
        ...["-accel", accelerator, "-cpu", cpu, "-m", "96"],
        ...["-blockdev", JSON.stringify({ driver: "file", filename: disk, "node-name": "probe", "read-only": true })],
        ...["-device", "virtio-blk-pci,drive=probe,bootindex=1,romfile="],
        ...keyValueArgument("-device", "isa-debug-exit", { iobase: debugExitPort, iosize: 1 }),
        ...keyValueArgument("-sandbox", "on", { obsolete: "deny", elevateprivileges: "deny", spawn: "deny" }),
      ],
      { signal: signal ? AbortSignal.any([signal, patience]) : patience, accept: [probeExitCode] },
    );
    return { ms: elapsed(), failure: undefined };
  } catch (error) {
    signal?.throwIfAborted();
    if (patience.aborted) return { ms: elapsed(), failure: `was not through after ${patienceMs} ms` };
    if (!(error instanceof ProgramError)) throw error;
    const words = error.stderr.trim().split("\n")[0] ?? "";
    return { ms: elapsed(), failure: words === "" ? `failed (${error.message})` : `failed ("${words}")` };
  }
}
