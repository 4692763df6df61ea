import type { Domain } from "../domain.ts";
import { jsonArgument, keyValueArgument } from "./argument.ts";

/** UEFI: code and variables as nodes that the machine's pflash slots name (the variables can then be copied like a disk). BIOS: QEMU's own. */
export function renderFirmware({ firmware, architecture }: Domain): string[] {
  if (firmware.type === "bios") return [];
  return [
    ...jsonArgument("-blockdev", {
      driver: "file",
      "node-name": "firmware-code",
      filename: firmware.codePath,
      "read-only": true,
    }),
    ...jsonArgument("-blockdev", { driver: "file", "node-name": "firmware-vars", filename: firmware.varsPath }),
    ...(firmware.secureBoot && architecture === "amd64"
      ? [
          // Only code in system management mode may write the variables, and sleep states would get around that.
          ...keyValueArgument("-global", undefined, { driver: "cfi.pflash01", property: "secure", value: true }),
          ...keyValueArgument("-global", undefined, { driver: "ICH9-LPC", property: "disable_s3", value: 1 }),
        ]
      : []),
  ];
}
