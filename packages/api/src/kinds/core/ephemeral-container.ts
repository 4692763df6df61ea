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

export const EphemeralContainer = object({
  name: string({ pb: "1.1" }),
  image: optional(string({ pb: "1.2" })),
  command: optional(listAtomic(string(), { pb: "1.3" })),
  args: optional(listAtomic(string(), { pb: "1.4" })),
  workingDir: optional(string({ pb: "1.5" })),
  ports: optional(
    listMap(["containerPort", "protocol"], ContainerPort, {
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "containerPort",
      pb: "1.6",
    }),
  ),
  envFrom: optional(listAtomic(EnvFromSource, { pb: "1.19" })),
  env: optional(
    listMap(["name"], EnvVar, {
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "name",
      pb: "1.7",
    }),
  ),
  resources: optional(having(ResourceRequirements, { pb: "1.8" })),
  resizePolicy: optional(listAtomic(ContainerResizePolicy, { pb: "1.23" })),
  restartPolicy: optional(oneOf(["Always", "Never", "OnFailure"], { pb: "1.24" })),
  restartPolicyRules: optional(listAtomic(ContainerRestartRule, { pb: "1.25" })),
  volumeMounts: optional(
    listMap(["mountPath"], VolumeMount, {
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "mountPath",
      pb: "1.9",
    }),
  ),
  volumeDevices: optional(
    listMap(["devicePath"], VolumeDevice, {
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "devicePath",
      pb: "1.21",
    }),
  ),
  livenessProbe: optional(having(Probe, { pb: "1.10" })),
  readinessProbe: optional(having(Probe, { pb: "1.11" })),
  startupProbe: optional(having(Probe, { pb: "1.22" })),
  lifecycle: optional(having(Lifecycle, { pb: "1.12" })),
  terminationMessagePath: optional(string({ pb: "1.13" })),
  terminationMessagePolicy: optional(oneOf(["FallbackToLogsOnError", "File"], { pb: "1.20" })),
  imagePullPolicy: optional(oneOf(["Always", "IfNotPresent", "Never"], { pb: "1.14" })),
  securityContext: optional(having(SecurityContext, { pb: "1.15" })),
  stdin: optional(boolean({ pb: "1.16" })),
  stdinOnce: optional(boolean({ pb: "1.17" })),
  tty: optional(boolean({ pb: "1.18" })),
  targetContainerName: optional(string({ pb: 2 })),
});
export interface EphemeralContainer extends Infer<typeof EphemeralContainer> {}
