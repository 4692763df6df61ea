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
  name: string({ description: "Unique within the pod.", pb: 1 }),
  image: optional(string({ description: "The image it is made from.", pb: 2 })),
  command: optional(listAtomic(string(), { description: "What it runs, in place of the image's own.", pb: 3 })),
  args: optional(listAtomic(string(), { description: "Arguments of what it runs.", pb: 4 })),
  workingDir: optional(string({ description: "Where it runs.", pb: 5 })),
  ports: optional(
    listMap(["containerPort", "protocol"], ContainerPort, {
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "containerPort",
      description: "Ports it listens on.",
      pb: 6,
    }),
  ),
  envFrom: optional(listAtomic(EnvFromSource, { description: "Environment from ConfigMaps and Secrets.", pb: 19 })),
  env: optional(
    listMap(["name"], EnvVar, {
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "name",
      description: "Environment.",
      pb: 7,
    }),
  ),
  resources: optional(having(ResourceRequirements, { description: "What it needs, and may use at most.", pb: 8 })),
  resizePolicy: optional(
    listAtomic(ContainerResizePolicy, { description: "What a change of resources means.", pb: 23 }),
  ),
  restartPolicy: optional(
    oneOf(["Always", "Never", "OnFailure"], {
      description: "Always makes an init container a companion of the others.",
      pb: 24,
    }),
  ),
  restartPolicyRules: optional(listAtomic(ContainerRestartRule, { pb: 25 })),
  volumeMounts: optional(
    listMap(["mountPath"], VolumeMount, {
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "mountPath",
      description: "Where volumes are mounted.",
      pb: 9,
    }),
  ),
  volumeDevices: optional(
    listMap(["devicePath"], VolumeDevice, {
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "devicePath",
      description: "Where raw block volumes appear.",
      pb: 21,
    }),
  ),
  livenessProbe: optional(having(Probe, { description: "Restart it when this fails.", pb: 10 })),
  readinessProbe: optional(having(Probe, { description: "It is ready when this succeeds.", pb: 11 })),
  startupProbe: optional(having(Probe, { description: "It has started when this succeeds.", pb: 22 })),
  lifecycle: optional(having(Lifecycle, { description: "What to do after its start and before its end.", pb: 12 })),
  terminationMessagePath: optional(string({ description: "File whose contents become its last words.", pb: 13 })),
  terminationMessagePolicy: optional(
    oneOf(["FallbackToLogsOnError", "File"], { description: "Where its last words come from.", pb: 20 }),
  ),
  imagePullPolicy: optional(
    oneOf(["Always", "IfNotPresent", "Never"], { description: "When to pull the image.", pb: 14 }),
  ),
  securityContext: optional(having(SecurityContext, { description: "Its identity and rights.", pb: 15 })),
  stdin: optional(boolean({ description: "Keep its input open.", pb: 16 })),
  stdinOnce: optional(boolean({ description: "Close its input after the first client.", pb: 17 })),
  tty: optional(boolean({ description: "Give it a terminal.", pb: 18 })),
});
export interface Container extends Infer<typeof Container> {}
