import type { Pod, PodDisruptionBudget } from "@peapod/api";
import { badRequest, labelSelectorOf, matchesLabels, tooManyRequests } from "@peapod/machinery";
import { answerOther } from "../engine/answer.ts";
import type { Call } from "../engine/call.ts";
import { decodeBody } from "../engine/decode-body.ts";
import { removeObject } from "../engine/delete.ts";
import { findEntry } from "../engine/read.ts";
import { readDeleteOptions } from "../request/delete-options.ts";
import { readBody } from "../request/read-body.ts";

const evictionKind = {
  apiVersion: "policy/v1",
  version: "v1",
  group: "policy",
  kind: "Eviction",
  isCustom: false,
} as const;

/** POST pods/NAME/eviction: deletes a pod, unless a disruption budget says that its fellows cannot spare it now. */
export async function evictPod(call: Call): Promise<Response> {
  const { request, engine, info } = call;
  const body = await readBody(request);
  const { object } = decodeBody(body, request.headers.get("content-type"), evictionKind, {
    registry: engine.registry,
    schema: undefined,
  });
  const name = info.name ?? "";
  if (object.metadata.name && object.metadata.name !== name)
    throw badRequest("name in URL does not match name in Eviction object");
  const entry = findEntry(call);
  const pod = entry.parse() as unknown as Pod;
  if (!isOver(pod)) refuseByBudget(call, pod);
  const options = readDeleteOptions(object["deleteOptions"] as never, call.query);
  await removeObject(call, name, options);
  return answerOther(call, { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 }, 201);
}

function refuseByBudget({ engine, info }: Call, pod: Pod): void {
  const budgets = engine.store.collection("poddisruptionbudgets.policy").list(info.namespace ?? "");
  for (const entry of budgets) {
    const { spec, status, metadata } = entry.parse() as unknown as PodDisruptionBudget;
    const { selector } = spec ?? {};
    if (!selector || !matchesLabels(labelSelectorOf(selector), pod.metadata.labels ?? {})) continue;
    if ((status?.disruptionsAllowed ?? 0) > 0) continue;
    const message = `The disruption budget ${metadata.name} needs ${status?.desiredHealthy ?? 0} healthy pods and has ${status?.currentHealthy ?? 0} currently`;
    throw tooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", 0, [
      { reason: "DisruptionBudget", message },
    ]);
  }
}

function isOver({ status, metadata }: Pod): boolean {
  const { phase } = status ?? {};
  return phase === "Succeeded" || phase === "Failed" || phase === "Pending" || metadata.deletionTimestamp !== undefined;
}
