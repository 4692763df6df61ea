export * from "./domain.ts";
export * from "./fake-qmp.ts";
export * from "./scratch.ts";
