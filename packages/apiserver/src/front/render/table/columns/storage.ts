import { type KubeObject, PersistentVolume, PersistentVolumeClaim, StorageClass } from "@peapod/api";
import { ageColumn, type Column, columnsOf, nameColumn, orElse } from "../column.ts";

const volumeMode: Pick<Column, "name" | "type" | "priority" | "description"> = {
  name: "VolumeMode",
  type: "string",
  priority: 1,
  description: "Filesystem or Block.",
};

export const persistentVolumeClaimColumns = columnsOf(PersistentVolumeClaim, [
  nameColumn,
  {
    name: "Status",
    type: "string",
    description: "Whether a volume is bound.",
    cell: (claim) => phaseOf(claim, claim.status?.phase),
  },
  {
    name: "Volume",
    type: "string",
    description: "The volume that is bound.",
    cell: ({ spec }) => spec?.volumeName ?? "",
  },
  {
    name: "Capacity",
    type: "string",
    description: "Size of the volume.",
    cell: ({ spec, status }) => (spec?.volumeName ? String(status?.capacity?.["storage"] ?? "0") : ""),
  },
  {
    name: "Access Modes",
    type: "string",
    description: "Who may use the volume at the same time.",
    cell: ({ spec, status }) => (spec?.volumeName ? formatAccessModes(status?.accessModes) : ""),
  },
  {
    name: "StorageClass",
    type: "string",
    description: "The class that provides the volume.",
    cell: ({ spec, metadata }) => metadata.annotations?.[betaClass] ?? spec?.storageClassName ?? "",
  },
  {
    name: "VolumeAttributesClass",
    type: "string",
    description: "The class of adjustable properties.",
    cell: ({ spec }) => spec?.volumeAttributesClassName ?? "<unset>",
  },
  ageColumn,
  { ...volumeMode, cell: ({ spec }) => spec?.volumeMode ?? "<unset>" },
]);

export const persistentVolumeColumns = columnsOf(PersistentVolume, [
  nameColumn,
  {
    name: "Capacity",
    type: "string",
    description: "Size of the volume.",
    cell: ({ spec }) => String(spec?.capacity?.["storage"] ?? "0"),
  },
  {
    name: "Access Modes",
    type: "string",
    description: "Who may use the volume at the same time.",
    cell: ({ spec }) => formatAccessModes(spec?.accessModes),
  },
  {
    name: "Reclaim Policy",
    type: "string",
    description: "What becomes of the volume when its claim goes.",
    cell: ({ spec }) => spec?.persistentVolumeReclaimPolicy ?? "",
  },
  {
    name: "Status",
    type: "string",
    description: "Whether a claim holds the volume.",
    cell: (volume) => phaseOf(volume, volume.status?.phase),
  },
  {
    name: "Claim",
    type: "string",
    description: "The claim that holds the volume.",
    cell: ({ spec }) => (spec?.claimRef ? `${spec.claimRef.namespace ?? ""}/${spec.claimRef.name ?? ""}` : ""),
  },
  {
    name: "StorageClass",
    type: "string",
    description: "The class that provides the volume.",
    cell: ({ spec, metadata }) => metadata.annotations?.[betaClass] ?? spec?.storageClassName ?? "",
  },
  {
    name: "VolumeAttributesClass",
    type: "string",
    description: "The class of adjustable properties.",
    cell: ({ spec }) => spec?.volumeAttributesClassName ?? "<unset>",
  },
  {
    name: "Reason",
    type: "string",
    description: "Why the volume failed.",
    cell: ({ status }) => status?.reason ?? "",
  },
  ageColumn,
  { ...volumeMode, cell: ({ spec }) => spec?.volumeMode ?? "<unset>" },
]);

export const storageClassColumns = columnsOf(StorageClass, [
  {
    ...nameColumn,
    cell: ({ metadata }) => {
      const isDefault = defaultClass.some((annotation) => metadata.annotations?.[annotation] === "true");
      return isDefault ? `${metadata.name} (default)` : (metadata.name ?? "");
    },
  },
  { name: "Provisioner", type: "string", description: "Who makes the volumes.", cell: (one) => one.provisioner },
  {
    name: "ReclaimPolicy",
    type: "string",
    description: "What becomes of a volume when its claim goes.",
    cell: (one) => one.reclaimPolicy ?? "Delete",
  },
  {
    name: "VolumeBindingMode",
    type: "string",
    description: "When a claim gets its volume.",
    cell: (one) => one.volumeBindingMode ?? "Immediate",
  },
  {
    name: "AllowVolumeExpansion",
    type: "string",
    description: "Whether volumes can grow.",
    cell: (one) => one.allowVolumeExpansion ?? false,
  },
  ageColumn,
]);

const betaClass = "volume.beta.kubernetes.io/storage-class";
const defaultClass = [
  "storageclass.kubernetes.io/is-default-class",
  "storageclass.beta.kubernetes.io/is-default-class",
];
const shortModes = { ReadWriteOnce: "RWO", ReadOnlyMany: "ROX", ReadWriteMany: "RWX", ReadWriteOncePod: "RWOP" };

function formatAccessModes(modes: readonly string[] | undefined): string {
  return Object.entries(shortModes)
    .filter(([mode]) => modes?.includes(mode))
    .map(([, short]) => short)
    .join(",");
}

function phaseOf(object: KubeObject, phase: string | undefined): string {
  return object.metadata.deletionTimestamp ? "Terminating" : orElse(phase, "");
}
