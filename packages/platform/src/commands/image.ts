import { createLog } from "@peapod/machinery/node";
import { openImageStore } from "@peapod/storage";
import type { ImageCommand } from "../config/parse-config.ts";
import { openInstance } from "../instance/paths.ts";

/** `peapod image list|import|remove`: works with and without a running Peapod, for both read the store's files. */
export async function imageCommand(
  command: ImageCommand,
  dataDir: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { images } = openInstance(dataDir);
  const store = await openImageStore({ dir: images, log: createLog({ component: "image", level: "warn" }) });
  switch (command.do) {
    case "list": {
      const rows = store
        .list()
        .map((image) => [
          image.reference,
          image.imageId.slice(7, 19),
          image.disks.map(({ format }) => format).join(","),
          megabytes(image.disks.reduce((sum, disk) => sum + disk.sizeBytes, 0)),
          image.isImported ? "imported" : "pulled",
        ]);
      return table([["REFERENCE", "ID", "FORMAT", "SIZE", "FROM"], ...rows]);
    }
    case "import": {
      const image = await store.importDisk(command.reference, command.file, signal);
      const [disk] = image.disks;
      return [`${image.reference} imported (${disk?.format}, ${megabytes(disk?.sizeBytes ?? 0)})`];
    }
    case "remove":
      if (await store.remove(command.reference)) return [`${command.reference} removed`];
      throw Object.assign(new Error(`Cannot remove "${command.reference}": there is no such image`), {
        advice: "peapod image list",
      });
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}

function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("   ")
      .trimEnd(),
  );
}
