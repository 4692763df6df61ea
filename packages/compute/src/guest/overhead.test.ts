import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryOverheadBytes } from "./overhead.ts";

const MiB = 1024 * 1024;
const small = { domain: { devices: {}, memory: { guest: "128Mi" } } };

test("memoryOverheadBytes() of a small guest is a fraction of what upstream reserves", () => {
  const bytes = memoryOverheadBytes(small, false);
  assert.equal(bytes, (32 + 1 + 20) * MiB + (128 * MiB) / 512);
  assert.ok(bytes < (268 * MiB) / 4);
});

test("memoryOverheadBytes() adds the translation buffer where QEMU emulates", () => {
  assert.equal(memoryOverheadBytes(small, true) - memoryOverheadBytes(small, false), 32 * MiB);
});

test("memoryOverheadBytes() counts what the guest's devices cost", () => {
  const plain = { domain: { ...small.domain, devices: { autoattachGraphicsDevice: false } } };
  const rich = {
    domain: {
      ...small.domain,
      cpu: { sockets: 4 },
      firmware: { bootloader: { efi: {} } },
      devices: {
        autoattachGraphicsDevice: false,
        interfaces: [
          { name: "a", masquerade: {} },
          { name: "b", passtBinding: {} },
        ],
      },
    },
  };
  assert.equal(memoryOverheadBytes(rich, false) - memoryOverheadBytes(plain, false), (3 + 4 + 2 + 32) * MiB);
});
