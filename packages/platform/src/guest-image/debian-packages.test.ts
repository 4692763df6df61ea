import assert from "node:assert/strict";
import { test } from "node:test";
import { closure, parseUris } from "./debian-packages.ts";

test("closure() follows libraries and the kernel behind its name, not everything", () => {
  const text = [
    "linux-image-amd64",
    "  Depends: linux-image-6.1.0-1-amd64",
    "tool",
    " |Depends: liba",
    "  Depends: libb",
    "  PreDepends: zlib1g",
    "  Depends: debconf",
    "  Depends: <virtual>",
    "    provider",
    "liba",
    "  Depends: libc6",
    "linux-image-6.1.0-1-amd64",
    "  Depends: kmod",
    "libc6",
    "zlib1g",
    "  Depends: libc6",
  ].join("\n");
  assert.deepEqual(closure(text, ["linux-image-amd64", "tool"]), [
    "linux-image-amd64",
    "linux-image-6.1.0-1-amd64",
    "tool",
    "liba",
    "libc6",
    "zlib1g",
  ]);
});

test("closure() names what the lists know nothing of", () => {
  assert.throws(
    () => closure("tool\n  Depends: liba\nliba\n", ["tool", "linux-image-amd64"]),
    /do not have linux-image-amd64/,
  );
});

test("parseUris() reads what apt-get would download", () => {
  const line =
    "'http://mirror.example/pool/b_1%2b1_amd64.deb' busybox-static_1%3a1.35.0-4+b1_amd64.deb 928188 SHA256:3d3f\n";
  assert.deepEqual(parseUris(line), [
    {
      name: "busybox-static",
      fileName: "busybox-static_1%3a1.35.0-4+b1_amd64.deb",
      sizeBytes: 928188,
      hash: "SHA256:3d3f",
    },
  ]);
});
