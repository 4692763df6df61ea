import type { Pod } from "@peapod/api";
import { badRequest, conflict, setCondition } from "@peapod/machinery";
import { answerOther } from "../engine/answer.ts";
import { type Call, resourceNames } from "../engine/call.ts";
import { decodeBody } from "../engine/decode-body.ts";
import { rewriteObject } from "../engine/update.ts";
import { readBody } from "../request/read-body.ts";
import { readWriteOptions } from "../request/write-options.ts";
import type { StoredObject } from "../store/entry.ts";

const bindingKind = { apiVersion: "v1", version: "v1", group: "", kind: "Binding", isCustom: false } as const;

/** POST pods/NAME/binding: gives a pod its node, once. */
export async function bindPod(call: Call): Promise<Response> {
  const { request, query, engine } = call;
  const options = readWriteOptions(query, "CreateOptions", { userAgent: null, isApply: false });
  const body = await readBody(request);
  const { object } = decodeBody(body, request.headers.get("content-type"), bindingKind, {
    registry: engine.registry,
    schema: undefined,
  });
  const target = object["target"] as { readonly kind?: unknown; readonly name?: unknown } | undefined;
  const nodeName = target?.name;
  if (typeof nodeName !== "string" || nodeName === "") throw badRequest("target.name: Required value");
  if (target?.kind !== undefined && target.kind !== "" && target.kind !== "Node") {
    throw badRequest(
      `target.kind: Unsupported value: ${JSON.stringify(target.kind)}: supported values: "Node", "<empty>"`,
    );
  }
  const { uid } = object.metadata;
  if (!options.dryRun) await rewriteObject(call, (old) => bound(call, old, nodeName, uid));
  return answerOther(call, { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 }, 201);
}

function bound(call: Call, old: StoredObject, nodeName: string, uid: string | undefined): StoredObject {
  const pod = old as unknown as Pod;
  const refuse = (sentence: string) =>
    conflict({ ...resourceNames(call.served), plural: "pods/binding" }, old.metadata.name, sentence);
  if (uid && uid !== old.metadata.uid) {
    throw refuse(`Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid}`);
  }
  if (old.metadata.deletionTimestamp !== undefined) {
    throw refuse(`pod ${old.metadata.name} is being deleted, cannot be assigned to a host`);
  }
  if (pod.spec?.nodeName)
    throw refuse(`pod ${old.metadata.name} is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`);
  const conditions = setCondition(
    pod.status?.conditions ?? [],
    { type: "PodScheduled", status: "True" },
    call.engine.now(),
  );
  return { ...old, spec: { ...pod.spec, nodeName }, status: { ...pod.status, conditions } };
}
