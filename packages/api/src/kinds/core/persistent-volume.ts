import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import {
  having,
  type Infer,
  listAtomic,
  map,
  object,
  oneOf,
  optional,
  quantity,
  string,
  timestamp,
} from "../../schema.ts";
import { NodeSelector } from "./node-selector.ts";
import {
  PersistentAzureFileSource,
  PersistentCephFSSource,
  PersistentCinderSource,
  PersistentCSISource,
  PersistentFlexVolumeSource,
  PersistentGlusterfsSource,
  PersistentISCSISource,
  PersistentLocalSource,
  PersistentRBDSource,
  PersistentScaleIOSource,
  PersistentStorageosSource,
} from "./persistent-volume-source.ts";
import { ObjectReference } from "./references.ts";
import {
  AwsElasticBlockStoreSource,
  AzureDiskSource,
  FCSource,
  FlockerSource,
  GcePersistentDiskSource,
  HostPathSource,
  NFSSource,
  PhotonPersistentDiskSource,
  PortworxVolumeSource,
  QuobyteSource,
  VsphereVolumeSource,
} from "./shared-volume-source.ts";

export const PersistentVolumeSpec = object({
  capacity: optional(map(quantity(), { description: "How big it is.", pb: 1 })),
  gcePersistentDisk: optional(having(GcePersistentDiskSource, { pb: "2.1" })),
  awsElasticBlockStore: optional(having(AwsElasticBlockStoreSource, { pb: "2.2" })),
  hostPath: optional(having(HostPathSource, { pb: "2.3" })),
  glusterfs: optional(having(PersistentGlusterfsSource, { pb: "2.4" })),
  nfs: optional(having(NFSSource, { pb: "2.5" })),
  rbd: optional(having(PersistentRBDSource, { pb: "2.6" })),
  iscsi: optional(having(PersistentISCSISource, { pb: "2.7" })),
  cinder: optional(having(PersistentCinderSource, { pb: "2.8" })),
  cephfs: optional(having(PersistentCephFSSource, { pb: "2.9" })),
  fc: optional(having(FCSource, { pb: "2.10" })),
  flocker: optional(having(FlockerSource, { pb: "2.11" })),
  flexVolume: optional(having(PersistentFlexVolumeSource, { pb: "2.12" })),
  azureFile: optional(having(PersistentAzureFileSource, { pb: "2.13" })),
  vsphereVolume: optional(having(VsphereVolumeSource, { pb: "2.14" })),
  quobyte: optional(having(QuobyteSource, { pb: "2.15" })),
  azureDisk: optional(having(AzureDiskSource, { pb: "2.16" })),
  photonPersistentDisk: optional(having(PhotonPersistentDiskSource, { pb: "2.17" })),
  portworxVolume: optional(having(PortworxVolumeSource, { pb: "2.18" })),
  scaleIO: optional(having(PersistentScaleIOSource, { pb: "2.19" })),
  local: optional(having(PersistentLocalSource, { pb: "2.20" })),
  storageos: optional(having(PersistentStorageosSource, { pb: "2.21" })),
  csi: optional(having(PersistentCSISource, { pb: "2.22" })),
  accessModes: optional(
    listAtomic(oneOf(["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"]), {
      description: "How it can be mounted.",
      pb: 3,
    }),
  ),
  claimRef: optional(having(ObjectReference, { description: "The claim it is bound to.", pb: 4 })),
  persistentVolumeReclaimPolicy: optional(
    oneOf(["Delete", "Recycle", "Retain"], {
      description: "What becomes of it when its claim is gone: Retain or Delete.",
      pb: 5,
    }),
  ),
  storageClassName: optional(string({ description: "How it was made.", pb: 6 })),
  mountOptions: optional(listAtomic(string(), { description: "Options of mounting it.", pb: 7 })),
  volumeMode: optional(oneOf(["Block", "Filesystem"], { description: "Filesystem or Block.", pb: 8 })),
  nodeAffinity: optional(
    object(
      {
        required: optional(having(NodeSelector, { pb: 1 })),
      },
      { description: "On which nodes it can be mounted.", pb: 9 },
    ),
  ),
  volumeAttributesClassName: optional(string({ pb: 10 })),
});
export interface PersistentVolumeSpec extends Infer<typeof PersistentVolumeSpec> {}

export const PersistentVolumeStatus = object({
  phase: optional(oneOf(["Available", "Bound", "Failed", "Pending", "Released"], { pb: 1 })),
  message: optional(string({ pb: 2 })),
  reason: optional(string({ pb: 3 })),
  lastPhaseTransitionTime: optional(timestamp({ pb: 4 })),
});
export interface PersistentVolumeStatus extends Infer<typeof PersistentVolumeStatus> {}

const persistentVolumeSchema = kindObject("A piece of storage.", {
  spec: optional(having(PersistentVolumeSpec, { description: "What is wanted.", pb: 2 })),
  status: optional(having(PersistentVolumeStatus, { description: "What became of it.", pb: 3 })),
});
export interface PersistentVolume extends Infer<typeof persistentVolumeSchema> {}

export const PersistentVolume: Kind<PersistentVolume> = {
  group: "",
  version: "v1",
  kind: "PersistentVolume",
  plural: "persistentvolumes",
  singular: "persistentvolume",
  shortNames: ["pv"],
  namespaced: false,
  subresources: { status: true },
  builtIn: true,
  schema: persistentVolumeSchema,
};
