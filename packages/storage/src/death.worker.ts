/** `death.worker.ts FOLDER REFERENCE CHECKPOINT`: pulls, makes a disk of what it pulled, and dies on the way. */
import { join } from "node:path";
import { silentLog } from "@peapod/machinery";
import { setDieAfter } from "@peapod/machinery/node";
import { openImageStore } from "./images/store.ts";
import { prepareVolume } from "./volumes/prepare.ts";

const [folder = "", reference = "", checkpoint = ""] = process.argv.slice(2);
setDieAfter(checkpoint);
const { signal } = new AbortController();
const images = await openImageStore({ dir: join(folder, "images"), log: silentLog });
await images.pull(reference, { signal });
const disk = await prepareVolume(
  { name: "root", containerDisk: { image: reference } },
  {
    dir: join(folder, "disks"),
    images,
    seed: () => Promise.reject(new Error("no seed")),
    isCdrom: false,
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
    signal,
  },
);
console.log(JSON.stringify(disk));
