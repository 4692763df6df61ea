export { defineCheckpoints, listCheckpoints, reached } from "../checkpoint/checkpoint.ts";
export * from "./checkpoint.ts";
export * from "./files.ts";
export * from "./log.ts";
export * from "./program-error.ts";
export * from "./run.ts";
