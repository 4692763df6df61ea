/** Meets a full disk in every way, on a filesystem of its own; prints what was said. Started by disk-full.test.ts. */
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog } from "@peapod/machinery";
import { run } from "@peapod/machinery/node";
import { openImageStore } from "./images/store.ts";
import { startTestRegistry } from "./testing/registry.ts";
import { prepareVolume } from "./volumes/prepare.ts";

const { signal } = new AbortController();
const folder = mkdtempSync(join(tmpdir(), "peapod-full-"));
const small = join(folder, "small");
mkdirSync(small);
await run(["mount", "-t", "tmpfs", "-o", "size=800k", "tmpfs", small]);
await using registry = await startTestRegistry();
const file = join(folder, "big.img");
writeFileSync(file, Buffer.alloc(2 ** 20, 1));
await registry.push("a/random", "v1", [[{ name: "disk/d.img", content: randomBytes(2 ** 20) }]]);
await registry.push("a/text", "v1", [[{ name: "disk/d.img", content: Buffer.alloc(2 ** 20, "text") }]]);
const store = await openImageStore({ dir: join(small, "images"), log: silentLog });

const said = async (work: Promise<unknown>): Promise<string> => {
  const words = await work.then(
    () => "nothing",
    (error: Error) => error.message,
  );
  return words.replaceAll(registry.host, "HOST").replaceAll(file, "FILE").replaceAll('"', "");
};
const results = {
  copying: await said(store.pull(`${registry.host}/a/random:v1`, { signal })),
  unpacking: await said(store.pull(`${registry.host}/a/text:v1`, { signal })),
  importing: await said(store.importDisk("a", file, signal)),
  preparing: await said(prepareOnFullDisk()),
  left: readdirSync(join(small, "images/tmp")),
};
await run(["umount", small]);
rmSync(folder, { recursive: true });
console.log(JSON.stringify(results));

async function prepareOnFullDisk(): Promise<unknown> {
  writeFileSync(join(small, "filler"), Buffer.alloc(700 * 1024));
  return await prepareVolume(
    { name: "data", emptyDisk: { capacity: "1Gi" } },
    {
      dir: join(small, "disks"),
      images: store,
      seed: () => Promise.reject(new Error("no seed")),
      isCdrom: false,
      uid: 60_601,
      gid: 60_601,
      signal,
    },
  );
}
