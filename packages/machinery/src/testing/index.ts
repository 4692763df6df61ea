export * from "./converge.ts";
export * from "./eventually.ts";
export * from "./fake-api.ts";
export * from "./recording-events.ts";
export { Widget, widget } from "./widget.ts";
