export * from "./run-line.ts";
