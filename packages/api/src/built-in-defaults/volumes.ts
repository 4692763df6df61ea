import { changeAll, type Json } from "./fill.ts";

/** rw-r--r-- */
const fileMode = 0o644;

export const volumeDefaults = {
  "spec.volumes[].secret.defaultMode": fileMode,
  "spec.volumes[].configMap.defaultMode": fileMode,
  "spec.volumes[].downwardAPI.defaultMode": fileMode,
  "spec.volumes[].downwardAPI.items[].fieldRef.apiVersion": "v1",
  "spec.volumes[].projected.defaultMode": fileMode,
  "spec.volumes[].projected.sources[].serviceAccountToken.expirationSeconds": 3600,
  "spec.volumes[].projected.sources[].downwardAPI.items[].fieldRef.apiVersion": "v1",
  "spec.volumes[].hostPath.type": "",
  "spec.volumes[].ephemeral.volumeClaimTemplate.spec.volumeMode": "Filesystem",
};

/** A volume without a source is an empty directory. */
export function withEmptyDirs(pod: Json): Json {
  return changeAll(pod, ["spec", "volumes[]"], (volume) => {
    const sources = Object.entries(volume).filter(([key, value]) => key !== "name" && value !== undefined);
    return sources.length === 0 ? { ...volume, emptyDir: {} } : volume;
  });
}
