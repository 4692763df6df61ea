import assert from "node:assert/strict";
import { test } from "node:test";
import { pickModules } from "./kernel-modules.ts";

const dependencies =
  "kernel/fs/ext4/ext4.ko: kernel/lib/crc16.ko kernel/fs/jbd2.ko\nkernel/fs/jbd2.ko:\nkernel/lib/crc16.ko:\n";

test("pickModules() takes modules after what they depend on, each once, and names those that are not there", () => {
  assert.deepEqual(pickModules(dependencies, "kernel/crypto/crc32c_generic.ko\n", ["jbd2", "ext4", "crc32c-generic"]), [
    "kernel/fs/jbd2.ko",
    "kernel/lib/crc16.ko",
    "kernel/fs/ext4/ext4.ko",
  ]);
  assert.throws(() => pickModules(dependencies, "", ["ext4", "nope", "neither"]), /package: nope, neither$/);
});
