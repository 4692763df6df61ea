/**
 * A node without a machine: it takes launcher pods as an agent would and pretends that a guest runs in each. For tests of the
 * control plane alone, which then need no root and no minutes.
 */
import { Node, Pod, VirtualMachineInstance, type VirtualMachineInstanceStatus } from "@peapod/api";
import { type InstancePhase, isFinal, phaseOf, withCondition, withPhase } from "@peapod/compute";
import {
  type AnyController,
  type Client,
  type Controller,
  isConflict,
  isNotFound,
  keyOf,
  parseKey,
} from "@peapod/machinery";

export interface FakeNode {
  /** The kubelet's and virt-handler's parts, to be run beside the other controllers. */
  readonly controllers: readonly AnyController[];
  /** The guest ends by itself: switched off from within, or crashed. */
  end(key: { readonly namespace: string; readonly name: string }, phase: "Succeeded" | "Failed"): Promise<void>;
  pause(key: { readonly namespace: string; readonly name: string }, paused: boolean): Promise<void>;
  /** References that cannot be pulled. */
  readonly missingImages: Set<string>;
}

const name = "fake";

export async function createFakeNode(client: Client): Promise<FakeNode> {
  const labels = { "kubevirt.io/schedulable": "true", "kubernetes.io/arch": "amd64" };
  const node = await client.create(Node, { apiVersion: "v1", kind: "Node", metadata: { name, labels } });
  const room = { cpu: "8", memory: "16Gi", pods: "100" };
  const ready = { type: "Ready", status: "True", reason: "KubeletReady", message: "" } as const;
  await client.updateStatus(Node, { ...node, status: { capacity: room, allocatable: room, conditions: [ready] } });
  const missingImages = new Set<string>();

  const change = async (
    key: { readonly namespace: string; readonly name: string },
    next: (status: VirtualMachineInstanceStatus) => VirtualMachineInstanceStatus,
  ): Promise<void> => {
    for (;;) {
      const vmi = await client.get(VirtualMachineInstance, key);
      try {
        await client.update(VirtualMachineInstance, { ...vmi, status: next(vmi.status ?? {}) });
        return;
      } catch (error) {
        if (!isConflict(error)) throw error;
      }
    }
  };
  const enter = (key: { readonly namespace: string; readonly name: string }, phase: InstancePhase) =>
    change(key, (status) => withPhase(status, phase, new Date()));

  const kubelet: Controller<Pod, Pod, Step> = {
    name: "fake-pods",
    for: Pod,
    reads: [VirtualMachineInstance],
    writes: [{ kind: Pod, verbs: ["updateStatus", "delete"] }],
    watches: [{ kind: VirtualMachineInstance, keys: (_, cache) => cache.list(Pod).map(keyOf) }],
    observe: (key, { cache }) => {
      const pod = cache.get(Pod, parseKey(key));
      const owner = pod?.metadata.ownerReferences?.[0]?.name ?? "";
      const vmi = cache.get(VirtualMachineInstance, { namespace: pod?.metadata.namespace, name: owner });
      // A guest is switched off before its pod goes.
      const isRunning = vmi !== undefined && phaseOf(vmi) === "Running";
      return pod?.spec?.nodeName === name && !(pod.metadata.deletionTimestamp && isRunning) ? pod : undefined;
    },
    plan: (pod) => {
      if (pod.metadata.deletionTimestamp) return { steps: [{ do: "remove", pod }] };
      const status = statusOf(pod, missingImages);
      return { steps: JSON.stringify(status) === JSON.stringify(pod.status) ? [] : [{ do: "write", pod, status }] };
    },
    effects: {
      write: async ({ pod, status }) => void (await client.updateStatus(Pod, { ...pod, status })),
      remove: async ({ pod }) => {
        const key = { namespace: pod.metadata.namespace, name: pod.metadata.name ?? "" };
        await client.delete(Pod, key, { uid: pod.metadata.uid, gracePeriodSeconds: 0 });
      },
    },
  };

  const handler: Controller<VirtualMachineInstance, Guest, { readonly do: "enter"; readonly guest: Guest }> = {
    name: "fake-guests",
    for: VirtualMachineInstance,
    reads: [Pod],
    writes: [{ kind: VirtualMachineInstance, verbs: ["update"] }],
    watches: [
      {
        kind: Pod,
        keys: ({ metadata }) => (metadata.ownerReferences ?? []).map((owner) => `${metadata.namespace}/${owner.name}`),
      },
    ],
    observe: (key, { cache }) => {
      const vmi = cache.get(VirtualMachineInstance, parseKey(key));
      const pods = cache.list(Pod).filter(({ metadata }) => metadata.ownerReferences?.[0]?.uid === vmi?.metadata.uid);
      if (!vmi || isFinal(vmi)) return undefined;
      const isLeaving = vmi.metadata.deletionTimestamp ?? pods[0]?.metadata.deletionTimestamp;
      if (phaseOf(vmi) === "Scheduled" && !isLeaving) return { key, phase: "Running" };
      return ["Scheduled", "Running"].includes(phaseOf(vmi)) && isLeaving ? { key, phase: "Succeeded" } : undefined;
    },
    plan: (guest) => ({ steps: [{ do: "enter", guest }] }),
    effects: {
      enter: async ({ guest }) => {
        const { namespace = "", name: vmiName } = parseKey(guest.key);
        await enter({ namespace, name: vmiName }, guest.phase).catch((error: unknown) => {
          if (!isNotFound(error)) throw error;
        });
      },
    },
  };

  return {
    controllers: [kubelet, handler],
    end: enter,
    pause: (key, paused) =>
      change(key, (status) => {
        const condition = {
          type: "Paused",
          status: paused ? ("True" as const) : ("False" as const),
          reason: "PausedByUser",
        };
        return { ...status, conditions: withCondition(status.conditions, condition, new Date()) };
      }),
    missingImages,
  };
}

interface Guest {
  readonly key: string;
  readonly phase: "Running" | "Succeeded";
}

type Status = NonNullable<Pod["status"]>;
type Step =
  | { readonly do: "write"; readonly pod: Pod; readonly status: Status }
  | { readonly do: "remove"; readonly pod: Pod };

function statusOf(pod: Pod, missing: ReadonlySet<string>): Status {
  const containers = pod.spec?.containers ?? [];
  const lacks = containers.some(({ image = "" }) => missing.has(image));
  const gates = pod.spec?.readinessGates ?? [];
  const isOpen = gates.every(({ conditionType }) =>
    pod.status?.conditions?.some(({ type, status }) => type === conditionType && status === "True"),
  );
  const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== "Ready");
  return {
    ...pod.status,
    phase: lacks ? "Pending" : "Running",
    containerStatuses: containers.map(({ name: container, image = "" }) => ({
      name: container,
      image,
      imageID: "",
      restartCount: 0,
      ready: !lacks,
      ...(missing.has(image) && { state: { waiting: { reason: "ErrImagePull", message: `no such image: ${image}` } } }),
    })),
    conditions: [...others, { type: "Ready", status: isOpen && !lacks ? "True" : "False" }],
  };
}
