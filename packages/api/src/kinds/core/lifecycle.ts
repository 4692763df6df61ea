import { having, type Infer, int64, object, oneOf, optional } from "../../schema.ts";
import { ExecAction, HTTPGetAction, TCPSocketAction } from "./probe.ts";
import { stopSignals } from "./stop-signal.ts";

export const LifecycleHandler = object({
  exec: optional(having(ExecAction, { pb: 1 })),
  httpGet: optional(having(HTTPGetAction, { pb: 2 })),
  tcpSocket: optional(having(TCPSocketAction, { pb: 3 })),
  sleep: optional(
    object(
      {
        seconds: int64({ pb: 1 }),
      },
      { pb: 4 },
    ),
  ),
});
export interface LifecycleHandler extends Infer<typeof LifecycleHandler> {}

export const Lifecycle = object({
  postStart: optional(having(LifecycleHandler, { pb: 1 })),
  preStop: optional(having(LifecycleHandler, { pb: 2 })),
  stopSignal: optional(oneOf(stopSignals, { pb: 3 })),
});
export interface Lifecycle extends Infer<typeof Lifecycle> {}
