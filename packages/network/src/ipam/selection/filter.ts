import { formatCidr, type IpFamily } from "@peapod/api";
import { type LabelSelectorObject, labelSelectorOf, matchesLabels } from "@peapod/machinery";
import { defaultNetwork } from "../../render/default-network.ts";
import type { IpPool } from "../pool.ts";
import type { PodNic, SelectionFacts } from "./facts.ts";

/** Why a pool is not for this interface of this pod, in upstream's words; undefined: it is. */
export function whyFiltered(pool: IpPool, family: IpFamily, nic: PodNic, facts: SelectionFacts): string | undefined {
  const { name, definition } = pool;
  const { pod, namespace, node } = facts;
  if (definition.isTerminating) return `terminating IPPool ${name}`;
  if (definition.isDisabled) return `disabled IPPool ${name}`;
  if (pool.subnet.family !== family) {
    return `expect an IPv${family} IPPool, but the version of the IPPool ${name} is IPv${pool.subnet.family}`;
  }
  const { podAffinity, namespaceName, namespaceAffinity, nodeName, nodeAffinity, multusName } =
    definition.affinity ?? {};
  if (nodeName?.length) {
    if (!nodeName.includes(node.name)) return `unmatched Node name of IPPool ${name}`;
  } else if (!selects(nodeAffinity, node.labels)) return `unmatched Node affinity of IPPool ${name}`;
  if (namespaceName?.length) {
    if (!namespaceName.includes(pod.namespace)) return `unmatched Namespace name of IPPool ${name}`;
  } else if (!selects(namespaceAffinity, namespace.labels)) return `unmatched Namespace affinity of IPPool ${name}`;
  if (!selects(podAffinity, pod.labels)) return `unmatched Pod affinity of IPPool ${name}`;
  if (multusName?.length) {
    const own = `${nic.nad.namespace}/${nic.nad.name}`;
    const isNamed = multusName.some(
      (text) => (text.includes("/") ? text : `${defaultNetwork.namespace}/${text}`) === own,
    );
    if (!isNamed) {
      return (
        `the spec.multusName [${multusName.join(" ")}] in the IPPool ${name} used by the Pod interface ${nic.ifName} ` +
        `is not matched with the multusCR ${own} specified by the Pod`
      );
    }
  } else if (nic.master && !nic.master.subnets.includes(formatCidr(pool.subnet))) {
    const { name: master } = nic.master;
    return `filterPoolCandidatesByPfSubnet: the ippool's subnet "${definition.subnet}" not found on pod's PF "${master}"`;
  }
  return undefined;
}

/** An absent selector says nothing. */
function selects(selector: LabelSelectorObject | undefined, labels: Readonly<Record<string, string>>): boolean {
  return selector === undefined || matchesLabels(labelSelectorOf(selector), labels);
}

/** Pools that are for somebody in particular first, as upstream ranks them; among equals the order in which they were named. */
export function inOrder(pools: readonly IpPool[]): readonly IpPool[] {
  return pools.toSorted((a, b) => rank(b) - rank(a));
}

function rank({ definition }: IpPool): number {
  const { podAffinity, nodeName, nodeAffinity, namespaceName, namespaceAffinity, multusName } =
    definition.affinity ?? {};
  const marks = [podAffinity, nodeName?.length, nodeAffinity, namespaceName?.length, namespaceAffinity];
  return [...marks, multusName?.length].reduce<number>((sum, mark) => sum * 2 + (mark ? 1 : 0), 0);
}
