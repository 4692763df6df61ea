export * from "./checkpoint/checkpoint.ts";
export * from "./client/types.ts";
export * from "./controller/types.ts";
export * from "./errors/format-error.ts";
export * from "./errors/invalid-spec-error.ts";
export * from "./log/create-log.ts";
export * from "./log/types.ts";
export * from "./seam/types.ts";
