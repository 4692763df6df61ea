export * from "./admit.ts";
export * from "./machines.ts";
export * from "./review.ts";
export * from "./said.ts";
