import type { AdmissionReview } from "../../../admission.ts";
import { deepEqual } from "../../../deep-equal.ts";
import type { SpiderMultusConfig, SpiderMultusConfigSpec } from "../../../kinds/spiderpool/spider-multus-config.ts";
import { forbidden, invalid, type Problem, required } from "../../../problem.ts";
import { validateCoordinatorSpec } from "../coordinator/validate.ts";
import { validateAnnotations, validateSameName } from "./annotations.ts";
import { blocks, fieldOf } from "./blocks.ts";
import { validateInjection } from "./injection.ts";
import { validateMasters } from "./masters.ts";
import { validateOvs } from "./ovs.ts";

/** Upstream's rules; the paths are its Go names of the fields, which programs match on. */
export function validateMultusConfig(review: AdmissionReview<SpiderMultusConfig>): readonly Problem[] {
  const { object, oldObject, operation } = review;
  if (operation === "DELETE" || object.metadata.deletionTimestamp !== undefined) return [];
  const isSame =
    oldObject &&
    deepEqual(object.spec, oldObject.spec) &&
    deepEqual(object.metadata.annotations, oldObject.metadata.annotations);
  if (isSame) return [];
  const spec = object.spec ?? {};
  return [
    ...validateSameName(object, oldObject),
    ...validateAnnotations(review),
    ...validateInjection(object),
    ...validateBlock(spec),
    ...validateChain(spec.chainCNIJsonData ?? []),
    ...(spec.coordinator ? validateCoordinatorSpec(spec.coordinator) : []),
  ];
}

function validateBlock(spec: SpiderMultusConfigSpec): readonly Problem[] {
  const { cniType = "custom" } = spec;
  const { block, field } = fieldOf(cniType);
  const others = blocks.filter((one) => one.block !== block && isGiven(spec[one.block]));
  const surplus =
    others.length > 0
      ? [forbidden("spec.cniType", `the cniType ${cniType} only supports ${field}, please remove other CNI configs`)]
      : [];
  if (cniType !== "custom" && spec[block] === undefined) return [required(field, `no ${field} specified`), ...surplus];
  return [...validateGiven(spec, cniType), ...surplus];
}

function validateGiven(spec: SpiderMultusConfigSpec, cniType: NonNullable<SpiderMultusConfigSpec["cniType"]>) {
  const { field } = fieldOf(cniType);
  switch (cniType) {
    case "macvlan":
    case "ipvlan":
    case "vlan":
      return validateMasters(spec[cniType], cniType, field);
    case "sriov":
      return [...needed(spec.sriov?.resourceName, field, "resourceName"), ...validateRates(spec.sriov ?? {}, field)];
    case "ib-sriov":
      return needed(spec.ibsriov?.resourceName, field, "resourceName");
    case "ipoib":
      return needed(spec.ipoib?.master, field, "master");
    case "ovs":
      return spec.ovs ? validateOvs(spec.ovs, field) : [];
    case "custom":
      return validateCustom(spec.customCNI ?? "", field);
  }
}

function needed(value: string | undefined, field: string, name: string): readonly Problem[] {
  return value ? [] : [required(field, `no ${field}[${name}] specified`)];
}

function validateRates(
  { minTxRateMbps = 0, maxTxRateMbps = 0 }: NonNullable<SpiderMultusConfigSpec["sriov"]>,
  field: string,
): readonly Problem[] {
  return minTxRateMbps > maxTxRateMbps
    ? [invalid(field, minTxRateMbps, "minTxRateMbps must be less than maxTxRateMbps")]
    : [];
}

function validateCustom(text: string, field: string): readonly Problem[] {
  return text === "" || isJson(text) ? [] : [forbidden(field, "customCniConfig isn't a valid JSON encoding")];
}

/** Each is a plugin: an object with a type. */
function validateChain(plugins: readonly string[]): readonly Problem[] {
  return plugins.flatMap((text) => {
    const wrong = describePlugin(text);
    return wrong === undefined ? [] : [forbidden("spec.chainCNIJsonData", `invalid ${text}: ${wrong}`)];
  });
}

function describePlugin(text: string): string | undefined {
  try {
    const plugin: unknown = JSON.parse(text);
    const type = typeof plugin === "object" && plugin !== null && "type" in plugin ? plugin.type : undefined;
    return typeof type === "string" && type !== "" ? undefined : "error parsing configuration: missing 'type'";
  } catch (error) {
    return `error parsing configuration: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The server fills in an empty text where there is no configuration of one's own. */
function isGiven(block: unknown): boolean {
  return block !== undefined && block !== "";
}
