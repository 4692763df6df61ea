import { isRecord } from "../deep-equal.ts";
import { AnnotationError, type Annotations, wrongFormat } from "./annotation-error.ts";
import { checkInterfaces, namesOf, parseJson, parseObjects, textOf } from "./json.ts";

export const ippoolsAnnotation = "ipam.spidernet.io/ippools";
export const ippoolAnnotation = "ipam.spidernet.io/ippool";
export const defaultPoolsAnnotations = {
  ipv4: "ipam.spidernet.io/default-ipv4-ippool",
  ipv6: "ipam.spidernet.io/default-ipv6-ippool",
} as const;

/** Names of pools in the order of preference, `*`, `?` and `[…]` in them as patterns. */
export interface PoolNames {
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
}

export interface InterfacePools extends PoolNames {
  /** Undefined in all items: they are meant in the order of the pod's interfaces. */
  readonly interface: string | undefined;
  /** The interface gets no default route. */
  readonly cleanGateway: boolean;
}

/** What a pod asks for: pools of each interface, or of whichever interface asks. */
export type PoolChoice =
  | { readonly of: "interfaces"; readonly interfaces: readonly InterfacePools[] }
  | ({ readonly of: "any" } & PoolNames);

/**
 * The pools that a pod's annotations name; `ippools` comes before `ippool`, which is then not looked at.
 *
 * @throws {AnnotationError} in Spiderpool's words
 */
export function parsePoolChoice(annotations: Annotations): PoolChoice | undefined {
  const many = annotations[ippoolsAnnotation];
  if (many !== undefined) return { of: "interfaces", interfaces: parseInterfacePools(many) };
  const one = annotations[ippoolAnnotation];
  if (one === undefined) return undefined;
  const item = parseJson(ippoolAnnotation, one);
  if (!isRecord(item)) throw wrongFormat(ippoolAnnotation, "it is no object");
  return { of: "any", ...poolNames(ippoolAnnotation, item, "eth0") };
}

function parseInterfacePools(text: string): readonly InterfacePools[] {
  const items = parseObjects(ippoolsAnnotation, text).map((item, index) => {
    const name = textOf(ippoolsAnnotation, item, "interface") || undefined;
    const cleanGateway = item["cleangateway"] ?? false;
    if (typeof cleanGateway !== "boolean") {
      throw wrongFormat(ippoolsAnnotation, '"cleangateway" is neither true nor false');
    }
    return { interface: name, ...poolNames(ippoolsAnnotation, item, name ?? String(index)), cleanGateway };
  });
  checkInterfaces(
    ippoolsAnnotation,
    items.map((item) => item.interface),
  );
  return items;
}

function poolNames(annotation: string, item: { readonly [field: string]: unknown }, nic: string): PoolNames {
  const names = { ipv4: namesOf(annotation, item, "ipv4"), ipv6: namesOf(annotation, item, "ipv6") };
  for (const list of [names.ipv4, names.ipv6]) {
    const twice = list.find((name, index) => list.indexOf(name) !== index);
    if (twice !== undefined) {
      throw new AnnotationError(annotation, `wrong input, duplicate IPPool ${twice} specified for NIC ${nic}`);
    }
  }
  return names;
}

/**
 * The pools that a namespace names for pods that name none; undefined where it names none either.
 *
 * @throws {AnnotationError}
 */
export function parseNamespacePools(annotations: Annotations): PoolNames | undefined {
  const named = Object.values(defaultPoolsAnnotations).some((annotation) => annotations[annotation] !== undefined);
  if (!named) return undefined;
  const namesIn = (annotation: string) => {
    const text = annotations[annotation];
    if (text === undefined) return [];
    const list = parseJson(annotation, text);
    return namesOf(annotation, { value: list }, "value");
  };
  return { ipv4: namesIn(defaultPoolsAnnotations.ipv4), ipv6: namesIn(defaultPoolsAnnotations.ipv6) };
}
