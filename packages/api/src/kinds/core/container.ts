import { boolean, having, type Infer, listAtomic, listMap, object, oneOf, optional, string } from "../../schema.ts";
import {
  ContainerPort,
  ContainerResizePolicy,
  ContainerRestartRule,
  VolumeDevice,
  VolumeMount,
} from "./container-parts.ts";
import { EnvFromSource, EnvVar } from "./env.ts";
import { Lifecycle } from "./lifecycle.ts";
import { Probe } from "./probe.ts";
import { ResourceRequirements } from "./resource-requirements.ts";
import { SecurityContext } from "./security-context.ts";

export const Container = object({
  name: string({ pb: 1 }),
  image: optional(string({ pb: 2 })),
  command: optional(listAtomic(string(), { pb: 3 })),
  args: optional(listAtomic(string(), { pb: 4 })),
  workingDir: optional(string({ pb: 5 })),
  ports: optional(
    listMap(["containerPort", "protocol"], ContainerPort, {
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "containerPort",
      pb: 6,
    }),
  ),
  envFrom: optional(listAtomic(EnvFromSource, { pb: 19 })),
  env: optional(
    listMap(["name"], EnvVar, {
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "name",
      pb: 7,
    }),
  ),
  resources: optional(having(ResourceRequirements, { pb: 8 })),
  resizePolicy: optional(listAtomic(ContainerResizePolicy, { pb: 23 })),
  restartPolicy: optional(oneOf(["Always", "Never", "OnFailure"], { pb: 24 })),
  restartPolicyRules: optional(listAtomic(ContainerRestartRule, { pb: 25 })),
  volumeMounts: optional(
    listMap(["mountPath"], VolumeMount, {
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "mountPath",
      pb: 9,
    }),
  ),
  volumeDevices: optional(
    listMap(["devicePath"], VolumeDevice, {
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "devicePath",
      pb: 21,
    }),
  ),
  livenessProbe: optional(having(Probe, { pb: 10 })),
  readinessProbe: optional(having(Probe, { pb: 11 })),
  startupProbe: optional(having(Probe, { pb: 22 })),
  lifecycle: optional(having(Lifecycle, { pb: 12 })),
  terminationMessagePath: optional(string({ pb: 13 })),
  terminationMessagePolicy: optional(oneOf(["FallbackToLogsOnError", "File"], { pb: 20 })),
  imagePullPolicy: optional(oneOf(["Always", "IfNotPresent", "Never"], { pb: 14 })),
  securityContext: optional(having(SecurityContext, { pb: 15 })),
  stdin: optional(boolean({ pb: 16 })),
  stdinOnce: optional(boolean({ pb: 17 })),
  tty: optional(boolean({ pb: 18 })),
});
export interface Container extends Infer<typeof Container> {}
