import type { ContainerStatus, Node, Pod, VirtualMachineInstance } from "@peapod/api";
import { findCondition, isConditionTrue } from "@peapod/machinery";
import type { Answer, Missing, WhyFacts } from "./facts.ts";
import { ageOf, inNamespace, nodeTrouble } from "./words.ts";

/** There is an instance, and its guest does not run yet: the first thing in its way, from the cluster down to the node. */
export function explainStart(facts: WhyFacts, vmi: VirtualMachineInstance): Answer {
  return (
    missingPart(facts) ??
    withoutPod(facts, vmi) ??
    unscheduled(facts) ??
    deafNode(facts) ??
    imageMissing(facts) ??
    podTrouble(facts) ??
    guestTrouble(facts, vmi) ??
    onItsWay(facts, vmi)
  );
}

function missingPart({ name, missing }: WhyFacts): Answer | undefined {
  const [first] = missing;
  if (first === undefined) return undefined;
  // Several fields may name one object.
  const lines = [...new Set(missing.map(createLine))];
  const others = lines.length === 1 ? "" : ` and ${lines.length - 1} more`;
  return {
    sentence: `${name} is not running: ${wordFor(first)} ${first.name} is missing${others}`,
    details: missing.map(
      (part) => `${part.path} names ${wordFor(part)} ${part.namespace}/${part.name}, which does not exist`,
    ),
    waysOut: lines.map((line) => `create it: ${line}`),
  };
}

function wordFor({ kind }: Missing): string {
  return kind === "Secret" ? "Secret" : "NetworkAttachmentDefinition";
}

function createLine({ kind, namespace, name, key }: Missing): string {
  if (kind === "NetworkAttachmentDefinition") return `kubectl apply -f FILE with a net-attach-def ${namespace}/${name}`;
  const what =
    key === undefined ? `docker-registry ${name} --docker-server=…` : `generic ${name} --from-file=${key}=FILE`;
  return `kubectl create secret ${inNamespace(namespace)}${what}`;
}

function withoutPod(
  { name, pod, vm, namespace, now, program }: WhyFacts,
  vmi: VirtualMachineInstance,
): Answer | undefined {
  if (pod !== undefined) return undefined;
  const trouble = findCondition(vmi.status?.conditions, "Synchronized");
  const ns = inNamespace(namespace);
  if (trouble?.status === "False") {
    return {
      sentence: `${name} is not running: its launcher pod cannot be made`,
      details: [trouble.message ?? trouble.reason ?? "no reason is given"],
      waysOut: [
        `correct it: kubectl edit ${vm === undefined ? "vmi" : "vm"} ${ns}${name}; it is tried again by itself`,
      ],
    };
  }
  return {
    sentence: `${name} is not running yet: its launcher pod is about to be made`,
    details: [`the instance is ${ageOf(vmi.metadata.creationTimestamp, now)} old`],
    waysOut: [
      `if it stays so, no controller is at work: ${program === "peapod" ? "peapod status" : "look at the virt-controller"}`,
    ],
  };
}

function unscheduled({ name, pod, nodes, now }: WhyFacts): Answer | undefined {
  if (pod === undefined || pod.spec?.nodeName) return undefined;
  const scheduled = findCondition(pod.status?.conditions, "PodScheduled");
  const said = scheduled?.message ? [scheduled.message] : [];
  if (nodes.length === 0) {
    return {
      sentence: `${name} is not running: there is no node to run it on`,
      details: said,
      waysOut: ["start an agent: peapod up, or peapod node"],
    };
  }
  const troubles = nodes.flatMap((node) => {
    const trouble = nodeTrouble(node, now);
    return trouble === undefined ? [] : [`node ${node.metadata.name}: ${trouble}`];
  });
  if (scheduled === undefined && troubles.length < nodes.length) {
    return {
      sentence: `${name} is not running yet: its launcher pod waits to be put on a node`,
      details: [],
      waysOut: [],
    };
  }
  return {
    sentence: `${name} is not running: no node can take it`,
    details: [...said, ...troubles],
    waysOut: waysToNode(nodes, scheduled?.message ?? ""),
  };
}

function waysToNode(nodes: readonly Node[], message: string): readonly string[] {
  const cordoned = nodes
    .filter(({ spec }) => spec?.unschedulable)
    .map(({ metadata }) => `kubectl uncordon ${metadata.name}`);
  const isSilent = nodes.some(({ status }) => !isConditionTrue(status?.conditions, "Ready"));
  return [
    ...cordoned,
    ...(isSilent ? ["start the agent of a node that is not ready: peapod up, or peapod node"] : []),
    ...(/insufficient (memory|cpu)/i.test(message)
      ? ["stop another guest, or ask for less: spec.template.spec.domain"]
      : []),
  ];
}

function deafNode({ name, pod, nodes, now }: WhyFacts): Answer | undefined {
  const nodeName = pod?.spec?.nodeName ?? "";
  const node = nodes.find(({ metadata }) => metadata.name === nodeName);
  if (node !== undefined && isConditionTrue(node.status?.conditions, "Ready")) return undefined;
  return {
    sentence: `${name} is not running: its node does not answer`,
    details: [`node ${nodeName}: ${node === undefined ? "it is not there any more" : nodeTrouble(node, now)}`],
    waysOut: ["start its agent again: peapod up, or peapod node"],
  };
}

const imageReasons = new Set(["ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName"]);

function imageMissing({ name, pod }: WhyFacts): Answer | undefined {
  const waiting = statusesOf(pod).find(({ state }) => imageReasons.has(state?.waiting?.reason ?? ""));
  if (waiting === undefined) return pulling(name, pod);
  const { reason = "", message = "" } = waiting.state?.waiting ?? {};
  const volume = /^volume(.+)$/.exec(waiting.name)?.[1];
  const of = volume === undefined ? "" : ` of volume ${volume}`;
  return {
    sentence: `${name} is not running: the image${of} cannot be had (${reason})`,
    details: [waiting.image, ...(message && message !== waiting.image ? [message] : [])],
    waysOut: [
      "correct the name, or give a pull secret: containerDisk.image, containerDisk.imagePullSecret",
      `put a disk there by hand: peapod image import ${waiting.image} FILE`,
    ],
  };
}

function pulling(name: string, pod: Pod | undefined): Answer | undefined {
  const status = statusesOf(pod).find(({ state }) => state?.waiting?.message?.startsWith("Pulling image"));
  if (status === undefined) return undefined;
  return {
    sentence: `${name} is not running yet: an image is being pulled`,
    details: [status.state?.waiting?.message ?? ""],
    waysOut: [],
  };
}

function statusesOf(pod: Pod | undefined): readonly ContainerStatus[] {
  return [...(pod?.status?.initContainerStatuses ?? []), ...(pod?.status?.containerStatuses ?? [])];
}

function podTrouble({ name, pod }: WhyFacts): Answer | undefined {
  const sandbox = findCondition(pod?.status?.conditions, "PodReadyToStartContainers");
  if (sandbox?.status === "False" && sandbox.message) {
    return {
      sentence: `${name} is not running: its launcher pod gets no network`,
      details: [sandbox.message],
      waysOut: [...waysToAddress(sandbox.message), "it is tried again by itself when the cause is gone"],
    };
  }
  const waiting = statusesOf(pod).find(({ state }) => state?.waiting?.message !== undefined);
  if (waiting === undefined) return undefined;
  const { reason = "waiting", message = "" } = waiting.state?.waiting ?? {};
  return { sentence: `${name} is not running yet: ${waiting.name} is ${reason}`, details: [message], waysOut: [] };
}

/** Pools without a free address are named with how full they are: `pool "lan": 101 of 101 held`. */
function waysToAddress(message: string): readonly string[] {
  const full = [...message.matchAll(/pool "([^"]+)": \d+ of \d+ held/g)].map(([, pool]) => pool);
  return full.map((pool) => `give the pool more addresses: kubectl edit spiderippool ${pool}`);
}

function guestTrouble({ name, vm, namespace }: WhyFacts, vmi: VirtualMachineInstance): Answer | undefined {
  const trouble = findCondition(vmi.status?.conditions, "Synchronized");
  if (trouble?.status !== "False") return undefined;
  const edit = `kubectl edit ${vm === undefined ? "vmi" : "vm"} ${inNamespace(namespace)}${name}`;
  return {
    sentence: `${name} is not running: its node cannot start the guest${trouble.reason ? ` (${trouble.reason})` : ""}`,
    details: [trouble.message ?? "no reason is given"],
    waysOut: [`if the spec is wrong, correct it: ${edit}; it is tried again by itself`],
  };
}

function onItsWay({ name, pod, now }: WhyFacts, vmi: VirtualMachineInstance): Answer {
  const phase = vmi.status?.phase || "Pending";
  const entered = vmi.status?.phaseTransitionTimestamps?.findLast((transition) => transition.phase === phase);
  const since = entered?.phaseTransitionTimestamp ?? vmi.metadata.creationTimestamp;
  return {
    sentence: `${name} is not running yet: it is on its way (${phase} for ${ageOf(since, now)})`,
    details: [`pod ${pod?.metadata.name} is ${pod?.status?.phase ?? "new"} on ${pod?.spec?.nodeName}`],
    waysOut: [],
  };
}
