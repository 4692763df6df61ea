import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { openStore } from "./open.ts";

/** Writes as fast as it can, and says each name once its write was acknowledged. */
const storm = `
  const { openStore } = await import(process.argv[1]);
  const store = await openStore(process.argv[2], { now: () => 0 });
  let count = 0;
  const write = async (writer) => {
    for (;;) {
      const name = writer + "-" + count++;
      const place = { resource: "configmaps", namespace: "default", name };
      const metadata = { name, namespace: "default", uid: name };
      await store.write(place, undefined, (resourceVersion) => ({
        object: { apiVersion: "v1", kind: "ConfigMap", metadata: { ...metadata, resourceVersion } },
      }));
      process.stdout.write(name + "\\n");
    }
  };
  for (let writer = 0; writer < 16; writer++) write("w" + writer);
`;

test("a store killed in a write storm has every write that it acknowledged, once", async () => {
  const folder = await mkdtemp(join(tmpdir(), "apiserver-crash-"));
  try {
    const module = new URL("./open.ts", import.meta.url).href;
    const child = spawn(process.execPath, ["--input-type=module", "-e", storm, module, folder], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const acknowledged: string[] = [];
    const closed = once(child, "close");
    for await (const name of createInterface({ input: child.stdout })) {
      acknowledged.push(name);
      if (acknowledged.length === 2_000) child.kill("SIGKILL");
    }
    await closed;
    const store = await openStore(folder, { now: () => 0 });
    const found = store.collection("configmaps").list();
    const names = new Set(found.map(({ name }) => name));
    assert.deepEqual(
      acknowledged.filter((name) => !names.has(name)),
      [],
    );
    assert.equal(new Set(found.map(({ revision }) => revision)).size, found.length);
    assert.ok(store.revision >= acknowledged.length);
    await store.close();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
