import { having, type Infer, int32, marker, object, optional } from "../../schema.ts";
import { ExecAction, HTTPGetAction, TCPSocketAction } from "../core/probe.ts";

/** How to find out whether the guest works: exactly one of exec, guestAgentPing, httpGet, tcpSocket. */
export const GuestProbe = object({
  exec: optional(having(ExecAction, { description: "Run this in the guest, through its agent." })),
  failureThreshold: optional(int32({ description: "Failures in a row that count; 3 if unset." })),
  guestAgentPing: optional(marker({ description: "The guest agent answers." })),
  httpGet: optional(having(HTTPGetAction, { description: "An HTTP request is answered." })),
  initialDelaySeconds: optional(int32({ description: "Seconds before the first try." })),
  periodSeconds: optional(int32({ description: "Seconds between tries; 10 if unset." })),
  successThreshold: optional(int32({ description: "Successes in a row that count; 1 if unset." })),
  tcpSocket: optional(having(TCPSocketAction, { description: "A TCP connection is accepted." })),
  timeoutSeconds: optional(int32({ description: "Seconds until a try has failed; 1 if unset." })),
});
export interface GuestProbe extends Infer<typeof GuestProbe> {}
