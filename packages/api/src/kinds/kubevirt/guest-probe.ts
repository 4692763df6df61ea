import { type Infer, int32, object, optional } from "../../schema.ts";
import { ExecAction, HTTPGetAction, TCPSocketAction } from "../core/probe.ts";

export const GuestProbe = object({
  exec: optional(ExecAction),
  failureThreshold: optional(int32()),
  guestAgentPing: optional(object({})),
  httpGet: optional(HTTPGetAction),
  initialDelaySeconds: optional(int32()),
  periodSeconds: optional(int32()),
  successThreshold: optional(int32()),
  tcpSocket: optional(TCPSocketAction),
  timeoutSeconds: optional(int32()),
});
export interface GuestProbe extends Infer<typeof GuestProbe> {}
