export * from "./client/types.ts";
export * from "./controller/types.ts";
export * from "./seam/types.ts";
