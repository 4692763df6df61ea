import type { Container, NetworkAttachmentDefinition, Pod, VirtualMachineInstance } from "@peapod/api";
import { guestHostname } from "../../guest/hostname.ts";
import { shortSuffix } from "../../identity/short-suffix.ts";
import { computeContainer, labels, unpausedGate } from "../../names.ts";
import { controllerReference } from "../owner.ts";
import type { LauncherConfig } from "./config.ts";
import { renderImageContainers, renderPullSecrets } from "./images.ts";
import { renderAnnotations, renderLabels } from "./metadata.ts";
import { attachmentResources } from "./networks.ts";
import { renderResources } from "./resources.ts";

export interface LauncherPodInputs {
  readonly config: LauncherConfig;
  /** The NetworkAttachmentDefinitions that the VMI's networks name. */
  readonly nads: readonly NetworkAttachmentDefinition[];
}

/** Seconds beyond the guest's own, so that what ends it and what cleans up after it are not cut off themselves; upstream's. */
const graceBeyondGuests = 30;
const usualGraceSeconds = 30;
/** Unprivileged inside the pod; a standalone node maps it to a uid of the guest's own. */
const launcherUser = 107;

/**
 * The pod that one QEMU lives in. `compute` stands for QEMU, and its log is the guest's serial console; a `volume<name>` container
 * per container disk carries its image and the state of its pull. No other process runs in it.
 */
export function renderLauncherPod(vmi: VirtualMachineInstance, { config, nads }: LauncherPodInputs): Pod {
  const { spec } = vmi;
  const pullSecrets = renderPullSecrets(spec);
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: launcherPodName(vmi),
      namespace: vmi.metadata.namespace,
      labels: renderLabels(vmi),
      annotations: renderAnnotations(vmi, config),
      ownerReferences: [controllerReference(vmi)],
    },
    spec: {
      restartPolicy: "Never",
      terminationGracePeriodSeconds: guestGraceSeconds(vmi) + graceBeyondGuests,
      hostname: guestHostname(vmi),
      ...(spec.subdomain && { subdomain: spec.subdomain }),
      ...(spec.dnsPolicy && { dnsPolicy: spec.dnsPolicy }),
      ...(spec.dnsConfig && { dnsConfig: spec.dnsConfig }),
      enableServiceLinks: false,
      automountServiceAccountToken: false,
      ...(spec.serviceAccountName && { serviceAccountName: spec.serviceAccountName }),
      securityContext: {
        runAsNonRoot: true,
        runAsUser: launcherUser,
        runAsGroup: launcherUser,
        fsGroup: launcherUser,
        seccompProfile: { type: "RuntimeDefault" },
      },
      readinessGates: [{ conditionType: unpausedGate }],
      nodeSelector: renderNodeSelector(vmi, config),
      ...(spec.affinity && { affinity: spec.affinity }),
      ...(spec.tolerations && { tolerations: spec.tolerations }),
      ...(spec.topologySpreadConstraints && { topologySpreadConstraints: spec.topologySpreadConstraints }),
      ...(spec.schedulerName && { schedulerName: spec.schedulerName }),
      ...(spec.priorityClassName && { priorityClassName: spec.priorityClassName }),
      ...(pullSecrets.length > 0 && { imagePullSecrets: pullSecrets }),
      containers: [renderCompute(vmi, { config, nads }), ...renderImageContainers(spec)],
    },
  };
}

/** Derived from the VMI's uid: asked for twice, it is a conflict. As long as a generated name may be. */
export function launcherPodName(vmi: Pick<VirtualMachineInstance, "metadata">): string {
  return `virt-launcher-${vmi.metadata.name}-`.slice(0, 58) + shortSuffix(vmi.metadata.uid ?? "");
}

/** How long the guest may take to shut down before it is destroyed. */
export function guestGraceSeconds(vmi: Pick<VirtualMachineInstance, "spec">): number {
  return vmi.spec.terminationGracePeriodSeconds ?? usualGraceSeconds;
}

function renderCompute(vmi: VirtualMachineInstance, { config, nads }: LauncherPodInputs): Container {
  const resources = renderResources(vmi.spec, config);
  const fromNetworks = attachmentResources(vmi, nads);
  return {
    name: computeContainer,
    image: config.launcherImage,
    imagePullPolicy: config.imagePullPolicy,
    command: ["/usr/bin/peapod-launcher"],
    resources: {
      requests: { ...resources.requests, ...fromNetworks },
      ...((resources.limits || Object.keys(fromNetworks).length > 0) && {
        limits: { ...resources.limits, ...fromNetworks },
      }),
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      privileged: false,
      runAsNonRoot: true,
      capabilities: { drop: ["ALL"] },
    },
  };
}

function renderNodeSelector(vmi: VirtualMachineInstance, config: LauncherConfig): { readonly [label: string]: string } {
  return {
    ...config.nodeSelectors,
    "kubernetes.io/arch": vmi.spec.architecture || "amd64",
    [labels.schedulable]: "true",
    ...vmi.spec.nodeSelector,
  };
}
