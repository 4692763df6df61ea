import { type Infer, object, string } from "../../schema.ts";

export const Filesystem = object({
  name: string(),
  virtiofs: object({}),
});
export interface Filesystem extends Infer<typeof Filesystem> {}
