import {
  having,
  type Infer,
  int32,
  int64,
  intOrString,
  listAtomic,
  object,
  oneOf,
  optional,
  string,
} from "../../schema.ts";

export const ExecAction = object({
  command: optional(listAtomic(string(), { pb: 1 })),
});
export interface ExecAction extends Infer<typeof ExecAction> {}

export const HTTPHeader = object({
  name: string({ pb: 1 }),
  value: string({ pb: 2 }),
});
export interface HTTPHeader extends Infer<typeof HTTPHeader> {}

export const HTTPGetAction = object({
  path: optional(string({ pb: 1 })),
  port: intOrString({ pb: 2 }),
  host: optional(string({ pb: 3 })),
  scheme: optional(oneOf(["HTTP", "HTTPS"], { pb: 4 })),
  httpHeaders: optional(listAtomic(HTTPHeader, { pb: 5 })),
});
export interface HTTPGetAction extends Infer<typeof HTTPGetAction> {}

export const TCPSocketAction = object({
  port: intOrString({ pb: 1 }),
  host: optional(string({ pb: 2 })),
});
export interface TCPSocketAction extends Infer<typeof TCPSocketAction> {}

export const GRPCAction = object({
  port: int32({ pb: 1 }),
  service: optional(string({ pb: 2 })),
});
export interface GRPCAction extends Infer<typeof GRPCAction> {}

export const Probe = object({
  exec: optional(having(ExecAction, { pb: "1.1" })),
  httpGet: optional(having(HTTPGetAction, { pb: "1.2" })),
  tcpSocket: optional(having(TCPSocketAction, { pb: "1.3" })),
  grpc: optional(having(GRPCAction, { pb: "1.4" })),
  initialDelaySeconds: optional(int32({ pb: 2 })),
  timeoutSeconds: optional(int32({ pb: 3 })),
  periodSeconds: optional(int32({ pb: 4 })),
  successThreshold: optional(int32({ pb: 5 })),
  failureThreshold: optional(int32({ pb: 6 })),
  terminationGracePeriodSeconds: optional(int64({ pb: 7 })),
});
export interface Probe extends Infer<typeof Probe> {}
