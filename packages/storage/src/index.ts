export * from "./prepared-disk.ts";
