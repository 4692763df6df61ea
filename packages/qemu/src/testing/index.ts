export * from "./boot-sector.ts";
export * from "./domain.ts";
export * from "./fake-agent.ts";
export * from "./fake-qmp.ts";
export * from "./launch.ts";
export * from "./scratch.ts";
export * from "./serial.ts";
