import { type Infer, int32, number, object, optional } from "../../schema.ts";

export const ReloadableComponentConfiguration = object({
  restClient: optional(
    object({
      rateLimiter: optional(
        object({
          tokenBucketRateLimiter: optional(
            object({
              burst: int32({ default: 0 }),
              qps: number({ default: 0, format: "float" }),
            }),
          ),
        }),
      ),
    }),
  ),
});
export interface ReloadableComponentConfiguration extends Infer<typeof ReloadableComponentConfiguration> {}
