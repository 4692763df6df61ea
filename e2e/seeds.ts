/** The manifests that the project grew from, where they lie beside it; else examples of ours that are equal in what matters. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./harness.ts";

/** The images that the seeds name; tests put the small guest there. */
export const cirros = "quay.io/kubevirt/cirros-container-disk-demo";
export const centos = "release-ci.daocloud.io/virtnest/system-images/centos-7.9-x86_64:v1";

/** @param example  a file in `examples/` */
export function seedOr(example: string, seed: string): string {
  const path = join(root, "../shared/seeds/manifests", seed);
  return readFileSync(existsSync(path) ? path : join(root, "examples", example), "utf8");
}

/** Debian's kernel does not boot in the 64 MB that cirros does with. */
export function withRoom(manifest: string): string {
  return manifest.replace("memory: 64M", "memory: 128M");
}

/** Data volumes are yet to come: the same image as a containerDisk. */
export function withContainerDisk(manifest: string): string {
  return manifest
    .replace(/ {2}dataVolumeTemplates:\n[\s\S]*?(?= {2}runStrategy:)/, "")
    .replace(/dataVolume:\n\s+name: \S+/, `containerDisk:\n          image: ${centos}`);
}
