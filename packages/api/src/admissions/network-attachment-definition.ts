import type { Admission, AdmissionReview } from "../admission.ts";
import { isRecord } from "../deep-equal.ts";
import { NetworkAttachmentDefinition } from "../kinds/cni/network-attachment-definition.ts";
import type { Problem } from "../problem.ts";
import { cause } from "./validate/cause.ts";

/** A network's CNI configuration is text to Kubernetes; here it is read, so that a mistake shows before a machine needs it. */
export const networkAttachmentDefinitionAdmission: Admission<NetworkAttachmentDefinition> = {
  kind: NetworkAttachmentDefinition,
  webhookName: "network-attachment-definition-validator.k8s.cni.cncf.io",
  validate,
};

function validate({ object, operation }: AdmissionReview<NetworkAttachmentDefinition>): readonly Problem[] {
  const config = object.spec?.config ?? "";
  if (operation === "DELETE" || object.metadata.deletionTimestamp !== undefined || config.trim() === "") return [];
  const say = (what: string) => [cause("spec.config", `Cannot use spec.config as a CNI configuration: ${what}`)];
  let parsed: unknown;
  try {
    parsed = JSON.parse(config);
  } catch (error) {
    return say(`it is no JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  if (!isRecord(parsed)) return say("it is no JSON object");
  if (parsed["plugins"] === undefined) {
    return isText(parsed["type"]) ? [] : say('it names no plugin: give it a "type", or a list of "plugins"');
  }
  const { plugins } = parsed;
  if (!Array.isArray(plugins) || plugins.length === 0) return say('"plugins" is no list of plugins');
  const nameless = plugins.findIndex((plugin: unknown) => !isRecord(plugin) || !isText(plugin["type"]));
  return nameless < 0 ? [] : say(`plugins[${nameless}] has no "type"`);
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}
