import type { ObjectMeta } from "../meta.ts";

const annotation = "kubevirt.io/pci-topology-version";

/** Says by which scheme the machine's PCI ports are laid out, so that a later one does not move its devices. */
export function withPciTopology(meta: ObjectMeta): ObjectMeta {
  if (meta.annotations?.[annotation] !== undefined) return meta;
  return { ...meta, annotations: { ...meta.annotations, [annotation]: "v3" } };
}
