export type { Attributes, Authorizer, Decision, NodeProxy } from "./engine/call.ts";
export type { PathHandler } from "./engine/route.ts";
export * from "./front/index.ts";
export { ensurePki, type NodePki, type Pki } from "./pki/ensure-pki.ts";
export { type KubeconfigOptions, renderKubeconfig } from "./pki/kubeconfig.ts";
export type { ServedResource, ServedResources } from "./registry/types.ts";
export { type ApiServer, type ApiServerOptions, createApiServer, type Identity } from "./server.ts";
