import type { Secret, VirtualMachineInstance, VirtualMachineVolume } from "@peapod/api";
import { renderConfigDrive } from "./config-drive.ts";
import { renderNoCloud } from "./no-cloud.ts";
import { readPublicKeys, readSource } from "./source.ts";

/** Files of a seed image, before someone writes the ISO. */
export interface SeedFiles {
  /** The volume label that cloud-init looks for. */
  readonly label: "cidata" | "config-2";
  readonly files: readonly SeedFile[];
}

export interface SeedFile {
  /** Relative, with `/`. */
  readonly path: string;
  /** Bytes where the manifest gave base64: user data may be compressed. */
  readonly content: string | Uint8Array;
}

/** What the guest's interfaces became, for the devices that the manifest tags. */
export interface SeedInterface {
  readonly name: string;
  readonly mac: string;
  /** `0000:01:00.0` */
  readonly pciAddress?: string | undefined;
}

export interface CloudInitInputs {
  readonly vmi: VirtualMachineInstance;
  /** The Secrets of the VMI's namespace that it may name. */
  readonly secrets: (name: string) => Secret | undefined;
  readonly interfaces?: readonly SeedInterface[] | undefined;
}

/** The Secrets that a volume's seed is made of, for whoever has to fetch them first. */
export { seedSecretNames } from "./source.ts";

/**
 * The seed of a cloudInitNoCloud or cloudInitConfigDrive volume; undefined for any other volume. Made anew for each start, so a
 * changed Secret arrives with the next one.
 *
 * @throws {Error} when a Secret is missing, lacks its key, or holds something that is no base64
 */
export function renderCloudInit(volume: VirtualMachineVolume, inputs: CloudInitInputs): SeedFiles | undefined {
  if (volume.cloudInitNoCloud) {
    const source = readSource(volume.name, volume.cloudInitNoCloud, inputs);
    return renderNoCloud(inputs.vmi, source, readPublicKeys(inputs, "noCloud"));
  }
  if (volume.cloudInitConfigDrive) {
    const source = readSource(volume.name, volume.cloudInitConfigDrive, inputs);
    return renderConfigDrive(inputs, source, readPublicKeys(inputs, "configDrive"));
  }
  return undefined;
}
