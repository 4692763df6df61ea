import { boolean, type Infer, int32, listSet, object, oneOf, optional, string } from "../../schema.ts";

export const ContainerPort = object({
  name: optional(string({ pb: 1 })),
  hostPort: optional(int32({ pb: 2 })),
  containerPort: int32({ pb: 3 }),
  protocol: optional(oneOf(["SCTP", "TCP", "UDP"], { default: "TCP", pb: 4 })),
  hostIP: optional(string({ pb: 5 })),
});
export interface ContainerPort extends Infer<typeof ContainerPort> {}

export const ContainerResizePolicy = object({
  resourceName: string({ pb: 1 }),
  restartPolicy: oneOf(["NotRequired", "RestartContainer"], { pb: 2 }),
});
export interface ContainerResizePolicy extends Infer<typeof ContainerResizePolicy> {}

export const ContainerRestartRule = object({
  action: oneOf(["Restart"], { pb: 1 }),
  exitCodes: optional(
    object(
      {
        operator: oneOf(["In", "NotIn"], { pb: 1 }),
        values: optional(listSet(int32(), { pb: 2 })),
      },
      { pb: 2 },
    ),
  ),
});
export interface ContainerRestartRule extends Infer<typeof ContainerRestartRule> {}

export const VolumeMount = object({
  name: string({ pb: 1 }),
  readOnly: optional(boolean({ pb: 2 })),
  recursiveReadOnly: optional(oneOf(["Disabled", "Enabled", "IfPossible"], { pb: 7 })),
  mountPath: string({ pb: 3 }),
  subPath: optional(string({ pb: 4 })),
  mountPropagation: optional(oneOf(["Bidirectional", "HostToContainer", "None"], { pb: 5 })),
  subPathExpr: optional(string({ pb: 6 })),
});
export interface VolumeMount extends Infer<typeof VolumeMount> {}

export const VolumeDevice = object({
  name: string({ pb: 1 }),
  devicePath: string({ pb: 2 }),
});
export interface VolumeDevice extends Infer<typeof VolumeDevice> {}
