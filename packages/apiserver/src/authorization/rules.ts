import type { PolicyRule } from "@peapod/api";
import type { Attributes } from "../engine/call.ts";

/** Does one RBAC rule allow it? */
export function ruleAllows(rule: PolicyRule, attributes: Attributes): boolean {
  if (!matches(rule.verbs, attributes.verb)) return false;
  if (!attributes.isResource)
    return (rule.nonResourceURLs ?? []).some((pattern) => coversPath(pattern, attributes.path));
  const { group, resource, subresource, name } = attributes;
  if (!matches(rule.apiGroups, group)) return false;
  if (!coversResource(rule.resources, resource, subresource)) return false;
  const names = rule.resourceNames ?? [];
  return names.length === 0 || (name !== undefined && attributes.verb !== "create" && names.includes(name));
}

function matches(wanted: readonly string[] | undefined, value: string): boolean {
  return (wanted ?? []).some((one) => one === "*" || one === value);
}

/** A star is everything; a star before the slash that subresource of everything; `pods` with a star after it nothing special. */
function coversResource(
  wanted: readonly string[] | undefined,
  resource: string,
  subresource: string | undefined,
): boolean {
  const whole = subresource === undefined ? resource : `${resource}/${subresource}`;
  return (wanted ?? []).some(
    (one) => one === "*" || one === whole || (subresource !== undefined && one === `*/${subresource}`),
  );
}

function coversPath(pattern: string, path: string): boolean {
  return pattern === "*" || pattern === path || (pattern.endsWith("*") && path.startsWith(pattern.slice(0, -1)));
}
