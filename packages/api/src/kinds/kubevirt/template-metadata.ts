import type { ObjectMeta } from "../../meta.ts";
import type { Schema } from "../../schema.ts";

/**
 * Metadata inside a template: kept as they come, for it is only whoever makes the object that reads them (upstream's schema says so
 * too; generators write `creationTimestamp: null` there).
 */
export function templateMetadata(description: string): Schema<ObjectMeta> {
  return { type: "object", description, nullable: true, "x-kubernetes-preserve-unknown-fields": true };
}
