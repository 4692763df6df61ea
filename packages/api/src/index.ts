export * from "./admission.ts";
export * from "./kind.ts";
export * from "./meta.ts";
export * from "./problem.ts";
export * from "./schema.ts";
