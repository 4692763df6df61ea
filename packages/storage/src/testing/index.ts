export { startTestRegistry, type TestFile, type TestRegistry } from "./registry.ts";
