export * from "./machines.ts";
export * from "./review.ts";
