import type { AdmissionReview } from "../admission.ts";

/** Peapod's own controllers and node agents: they may write what users may not. */
export function isOwnAccount({ username }: AdmissionReview["user"]): boolean {
  return username.startsWith("system:serviceaccount:peapod-system:") || username.startsWith("system:node:");
}
