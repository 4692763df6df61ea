/** Of Peapod; shown as the version of its nodes and of the KubeVirt object it creates. */
export const peapodVersion = "v0.1.0";

/** Whose API is served: the versions that reference documents and field lists were made from. */
export const kubevirtVersion = "v1.9.0";
