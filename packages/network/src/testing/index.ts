export { observeLinks } from "../link/namespace.ts";
export * from "./example-attachment.ts";
export * from "./fake-guest.ts";
export * from "./lan.ts";
export * from "./open-vswitch.ts";
export * from "./own-namespaces.ts";
export * from "./test-node.ts";
