import type { AdmissionReview } from "../../../admission.ts";
import { NetworkAttachmentDefinition } from "../../../kinds/cni/network-attachment-definition.ts";
import { SpiderMultusConfig } from "../../../kinds/spiderpool/spider-multus-config.ts";
import { dns1123Subdomain } from "../../../names.ts";
import { invalid, type Problem } from "../../../problem.ts";

type Review = AdmissionReview<SpiderMultusConfig>;

export const nadNameAnnotation = "multus.spidernet.io/cr-name";
export const cniVersionAnnotation = "multus.spidernet.io/cni-version";
/** By these a pod gets its networks named for it; they become labels. */
export const injectAnnotations = [
  "cni.spidernet.io/rdma-resource-inject",
  "cni.spidernet.io/network-resource-inject",
] as const;

const cniVersions = ["0.3.0", "0.3.1", "0.4.0", "1.0.0"];
const path = "metadata.annotations";

/** The NetworkAttachmentDefinition that is made of it. */
export function nadNameOf({ metadata }: SpiderMultusConfig): string {
  return metadata.annotations?.[nadNameAnnotation] ?? metadata.name ?? "";
}

/** A network has one name for all its life. */
export function validateSameName(config: SpiderMultusConfig, old: SpiderMultusConfig | undefined): readonly Problem[] {
  const name = config.metadata.annotations?.[nadNameAnnotation];
  const before = old?.metadata.annotations?.[nadNameAnnotation];
  if (!old || name === undefined || name === before) return [];
  const sentence =
    before === undefined
      ? `it's unsupported to changed Multus net-attach-def '${old.metadata.name}' to customized name '${name}'`
      : `it's unsupported to change customized Multus net-attach-def resource name from '${before}' to '${name}'`;
  return [invalid(path, before ?? name, sentence)];
}

export function validateAnnotations(review: Review): readonly Problem[] {
  const { annotations = {} } = review.object.metadata;
  const name = annotations[nadNameAnnotation];
  const version = annotations[cniVersionAnnotation];
  const wrong = name === undefined ? [] : dns1123Subdomain(name);
  const problems: Problem[] = [];
  if (wrong.length > 0) {
    const sentence = `invalid custom net-attach-def resource name, err: [${wrong.join(" ")}]`;
    problems.push(invalid(path, annotations, sentence));
  } else problems.push(...validateUnique(review));
  if (version !== undefined && !cniVersions.includes(version)) {
    problems.push(invalid(path, annotations, `unsupported CNI version ${version}`));
  }
  return problems;
}

/** Of two networks of one name, one would be overwritten by the other again and again. */
function validateUnique({ object, find, list }: Review): readonly Problem[] {
  const namespace = object.metadata.namespace ?? "";
  const name = nadNameOf(object);
  const owner = find(NetworkAttachmentDefinition, { namespace, name })?.metadata.ownerReferences?.find(
    ({ controller, kind }) => controller && kind === SpiderMultusConfig.kind,
  );
  const isOther = (one: string | undefined) => one !== undefined && one !== object.metadata.name;
  const rival = list(SpiderMultusConfig, { namespace }).find(
    (one) => isOther(one.metadata.name) && nadNameOf(one) === name,
  );
  const other = isOther(owner?.name) ? owner?.name : rival?.metadata.name;
  if (other === undefined) return [];
  const sentence = `the net-attach-def ${namespace}/${name} already exists and is managed by SpiderMultusConfig ${namespace}/${other}.`;
  return [invalid(path, object.metadata.annotations ?? {}, sentence)];
}
