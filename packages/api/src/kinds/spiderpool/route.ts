import { type Infer, object, string } from "../../schema.ts";

/** One more route of a pod: traffic to `dst` goes to `gw`. */
export const SpiderRoute = object({
  dst: string({ description: "The destination, as a CIDR; no default route." }),
  gw: string({ description: "The router's address." }),
});
export interface SpiderRoute extends Infer<typeof SpiderRoute> {}
