import assert from "node:assert/strict";
import { test } from "node:test";
import { UsageError } from "./flags.ts";
import { parseConfig, parseListen } from "./parse-config.ts";

test("parseConfig() fills up with defaults", () => {
  const config = parseConfig(["up"], {}, "Host-1");
  assert.deepEqual(config, {
    command: "up",
    up: {
      dataDir: "/var/lib/peapod",
      listen: { host: "127.0.0.1", port: 6443 },
      nodeName: "host-1",
      detach: false,
      withNode: true,
      verbose: false,
    },
  });
});

test("parseConfig() prefers flags to the environment", () => {
  const env = { PEAPOD_DATA_DIR: "/from-env", PEAPOD_LISTEN: "127.0.0.1:7000" };
  const config = parseConfig(["up", "--data-dir=/from-flag", "--no-with-node", "--detach"], env, "h");
  assert.ok(config.command === "up");
  assert.equal(config.up.dataDir, "/from-flag");
  assert.equal(config.up.listen.port, 7000);
  assert.equal(config.up.withNode, false);
  assert.equal(config.up.detach, true);
});

test("parseConfig() names the flag it does not know and how to ask", () => {
  assert.throws(
    () => parseConfig(["down", "--keep-guest"], {}, "h"),
    (error: unknown) => {
      assert.ok(error instanceof UsageError);
      assert.equal(error.message, "peapod down does not know --keep-guest");
      assert.match(error.advice, /--keep-guests/);
      return true;
    },
  );
});

test("parseConfig() wants an image's reference and file", () => {
  assert.throws(() => parseConfig(["image", "import", "quay.io/a/b"], {}, "h"), UsageError);
  const config = parseConfig(["image", "import", "quay.io/a/b", "disk.qcow2"], {}, "h");
  assert.deepEqual(config, {
    command: "image",
    image: { do: "import", reference: "quay.io/a/b", file: "disk.qcow2" },
    dataDir: "/var/lib/peapod",
  });
});

test("parseListen() reads hosts, IPv6 and bare ports", () => {
  assert.deepEqual(parseListen("10.0.0.1:80"), { host: "10.0.0.1", port: 80 });
  assert.deepEqual(parseListen("[::1]:6443"), { host: "::1", port: 6443 });
  assert.deepEqual(parseListen(":6443"), { host: "0.0.0.0", port: 6443 });
  assert.throws(() => parseListen("6443"), UsageError);
  assert.throws(() => parseListen("localhost:70000"), UsageError);
});

test("parseConfig() reads ipam check, and nothing else of ipam", () => {
  const parse = (...words: readonly string[]) => parseConfig(["ipam", ...words], {}, "host");
  assert.deepEqual(parse("check"), { command: "ipam check", dataDir: "/var/lib/peapod", output: "text" });
  assert.deepEqual(parse("check", "-o", "json", "--data-dir", "/srv/p"), {
    command: "ipam check",
    dataDir: "/srv/p",
    output: "json",
  });
  assert.throws(() => parse(), UsageError);
  assert.throws(() => parse("release"), UsageError);
  assert.throws(() => parse("check", "-o", "yaml"), UsageError);
});
