import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { syncFolder, writeFileDurably } from "@peapod/machinery/node";
import type { StoredImage } from "./types.ts";

/**
 * What references mean: a small file for each. Always read anew, because `peapod image` works beside a running agent, and a file
 * costs less than being wrong.
 */
export interface Records {
  /** @param reference  normalised; an image whose disks are gone counts as none */
  read(reference: string): StoredImage | undefined;
  readAll(): readonly StoredImage[];
  write(image: StoredImage): Promise<void>;
  remove(reference: string): Promise<void>;
}

export function openRecords(folder: string): Records {
  const pathOf = (reference: string): string =>
    join(folder, `${createHash("sha256").update(reference).digest("hex")}.json`);
  return {
    read: (reference) => readRecord(pathOf(reference)),
    readAll() {
      const names = readdirSync(folder).filter((name) => /^[0-9a-f]{64}\.json$/.test(name));
      return names.flatMap((name) => readRecord(join(folder, name)) ?? []);
    },
    write: (image) => writeFileDurably(pathOf(image.reference), JSON.stringify({ formatVersion: 1, ...image })),
    async remove(reference) {
      await rm(pathOf(reference), { force: true });
      await syncFolder(folder);
    },
  };
}

function readRecord(path: string): StoredImage | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new Error(`Cannot read "${path}"`, { cause: error });
  }
  const { formatVersion: _, ...image } = JSON.parse(text) as StoredImage & { readonly formatVersion: 1 }; // whole or not at all
  return image.disks.every((disk) => existsSync(disk.path)) ? image : undefined;
}
