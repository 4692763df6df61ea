export * from "./eventually.ts";
export * from "./fake-api.ts";
export { Widget, widget } from "./widget.ts";
