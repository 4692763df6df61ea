import assert from "node:assert/strict";
import { chmod, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { ProgramError } from "../process/run.ts";
import { scratchFolder } from "../testing/scratch.ts";
import { probeAcceleration } from "./probe.ts";

test("probeAcceleration() emulates where there is no KVM", async () => {
  const result = await probeAcceleration({ deadlineMs: 30_000, kvmPath: "/no/such/kvm" });
  assert.deepEqual(result, { accelerator: "tcg", because: "there is no /no/such/kvm" });
});

test("probeAcceleration() decides on this machine, and says why", { timeout: 120_000 }, async () => {
  const result = await probeAcceleration({ deadlineMs: 30_000 });
  assert.match(
    result.because,
    /^(there is no|\/dev\/kvm cannot be opened|the probe guest (failed|was not through|took))/,
  );
  if (result.accelerator === "kvm") assert.ok((result.kvmMs ?? Infinity) <= 2 * Math.max(result.emulationMs ?? 0, 250));
});

test("probeAcceleration() takes KVM that is as good as emulation", { timeout: 120_000 }, async () => {
  await using place = await fakeQemu('exec qemu-system-x86_64 "$@"', "exit 33");
  const result = await probeAcceleration({ ...place.options, deadlineMs: 30_000 });
  assert.equal(result.accelerator, "kvm");
  assert.match(result.because, /took \d+ ms under KVM and \d+ ms under emulation/);
});

test("probeAcceleration() gives a KVM up that is not through in time", async () => {
  await using place = await fakeQemu("exit 33", "exec sleep 600");
  const result = await probeAcceleration({ ...place.options, deadlineMs: 50 });
  assert.equal(result.accelerator, "tcg");
  assert.match(result.because, /was not through after 50 ms under KVM/);
});

test("probeAcceleration() repeats why QEMU refused KVM", async () => {
  await using place = await fakeQemu("exit 33", "echo 'failed to set MSR 0x10a' >&2; exit 1");
  const result = await probeAcceleration({ ...place.options, deadlineMs: 5000 });
  assert.match(result.because, /^the probe guest failed \("failed to set MSR 0x10a"\) under KVM; emulation ran it in/);
});

test("probeAcceleration() fails when QEMU does not run at all", async () => {
  await using place = await fakeQemu("echo broken >&2; exit 1", "exit 1");
  await assert.rejects(probeAcceleration({ ...place.options, deadlineMs: 5000 }), ProgramError);
});

/** A program in QEMU's place that does one thing under emulation and another under KVM, on a machine that has a /dev/kvm. */
async function fakeQemu(emulation: string, kvm: string) {
  const scratch = await scratchFolder();
  const qemuPath = `${scratch.path}/qemu`;
  const kvmPath = `${scratch.path}/kvm`;
  await writeFile(kvmPath, "");
  await writeFile(qemuPath, `#!/bin/sh\ncase "$*" in *"-accel kvm"*) ${kvm} ;; *) ${emulation} ;; esac\n`);
  await chmod(qemuPath, 0o755);
  return { options: { qemuPath, kvmPath }, [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose]() };
}
