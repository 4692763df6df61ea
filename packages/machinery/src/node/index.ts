export { defineCheckpoints, listCheckpoints, reached } from "../checkpoint/checkpoint.ts";
export * from "./checkpoint.ts";
export * from "./connect-web-socket.ts";
export * from "./files.ts";
export * from "./https-fetch.ts";
export * from "./log.ts";
export * from "./program-error.ts";
export * from "./run.ts";
export * from "./socket-connection.ts";
