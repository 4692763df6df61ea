import type { CloudInitSource, VirtualMachineInstance, VirtualMachineVolume } from "@peapod/api";
import { decodeBase64 } from "../../encoding/base64.ts";
import { decodeUtf8 } from "../../encoding/utf8.ts";
import type { CloudInitInputs, SeedFile } from "./index.ts";

export interface SeedData {
  readonly userData: SeedFile["content"] | undefined;
  readonly networkData: SeedFile["content"] | undefined;
}

/** User and network data, from wherever the manifest keeps each: inline, base64, or a Secret with either spelling of the key. */
export function readSource(volumeName: string, source: CloudInitSource, inputs: CloudInitInputs): SeedData {
  const read = (
    what: string,
    text: string | undefined,
    base64: string | undefined,
    secret: string | undefined,
    keys: readonly string[],
  ) => {
    if (text) return text;
    if (base64) return decode(base64, `${what} of cloud-init volume "${volumeName}"`);
    return secret ? fromSecret(secret, keys, volumeName, inputs) : undefined;
  };
  return {
    userData: read("userDataBase64", source.userData, source.userDataBase64, source.secretRef?.name, [
      "userdata",
      "userData",
    ]),
    networkData: read(
      "networkDataBase64",
      source.networkData,
      source.networkDataBase64,
      source.networkDataSecretRef?.name,
      ["networkdata", "networkData"],
    ),
  };
}

/** The ssh keys that `accessCredentials` sends this way: every value of each Secret is one. */
export function readPublicKeys(inputs: CloudInitInputs, method: "noCloud" | "configDrive"): readonly string[] {
  return keySecretNames(inputs.vmi, method).flatMap((name) => {
    const secret = inputs.secrets(name);
    if (!secret) throw missingSecret(name, "accessCredentials", inputs);
    return Object.entries(secret.data ?? {}).map(([key, value]) =>
      decodeUtf8(decode(value, `key "${key}" of Secret "${name}"`)).trim(),
    );
  });
}

export function seedSecretNames(vmi: VirtualMachineInstance, volume: VirtualMachineVolume): readonly string[] {
  const source = volume.cloudInitNoCloud ?? volume.cloudInitConfigDrive;
  if (!source) return [];
  const keys = keySecretNames(vmi, volume.cloudInitNoCloud ? "noCloud" : "configDrive");
  return [...new Set([source.secretRef?.name, source.networkDataSecretRef?.name, ...keys])].filter(
    (name) => name !== undefined,
  );
}

function keySecretNames(vmi: VirtualMachineInstance, method: "noCloud" | "configDrive"): readonly string[] {
  return (vmi.spec.accessCredentials ?? []).flatMap(({ sshPublicKey }) => {
    const name = sshPublicKey?.source.secret?.secretName;
    return name && sshPublicKey.propagationMethod[method] ? [name] : [];
  });
}

function fromSecret(name: string, keys: readonly string[], volumeName: string, inputs: CloudInitInputs): Uint8Array {
  const secret = inputs.secrets(name);
  if (!secret) throw missingSecret(name, `cloud-init volume "${volumeName}"`, inputs);
  const value = keys.map((key) => secret.data?.[key]).find((candidate) => candidate !== undefined);
  if (value === undefined) {
    throw new Error(
      `Cannot make cloud-init volume "${volumeName}": Secret "${name}" has no key ${keys.map((key) => `"${key}"`).join(" or ")}`,
    );
  }
  return decode(value, `Secret "${name}"`);
}

function missingSecret(name: string, forWhat: string, { vmi }: CloudInitInputs): Error {
  return new Error(`Cannot make ${forWhat}: Secret "${vmi.metadata.namespace ?? "default"}/${name}" does not exist`);
}

function decode(base64: string, what: string): Uint8Array {
  const bytes = decodeBase64(base64);
  if (!bytes) throw new Error(`Cannot read ${what}: it is not base64`);
  return bytes;
}
