import type { LabelSelector, LabelSelectorRequirement } from "../../kinds/meta/label-selector.ts";
import { labelValue, type NameRule, qualifiedName } from "../../names.ts";
import { forbidden, invalid, type Problem, required } from "../../problem.ts";

/** What Kubernetes checks in any label selector. */
export function validateLabelSelector(
  { matchLabels = {}, matchExpressions = [] }: LabelSelector,
  path: string,
): readonly Problem[] {
  const labels = `${path}.matchLabels`;
  return [
    ...Object.entries(matchLabels).flatMap(([key, value]) => [
      ...mismatches(labels, key, qualifiedName),
      ...mismatches(labels, value, labelValue),
    ]),
    ...matchExpressions.flatMap((one, index) => validateRequirement(one, `${path}.matchExpressions[${index}]`)),
  ];
}

function validateRequirement(
  { key, operator, values = [] }: LabelSelectorRequirement,
  path: string,
): readonly Problem[] {
  return [
    ...validateOperator(operator, values.length, path),
    ...mismatches(`${path}.key`, key, qualifiedName),
    ...values.flatMap((value, index) => mismatches(`${path}.values[${index}]`, value, labelValue)),
  ];
}

function validateOperator(operator: string, count: number, path: string): readonly Problem[] {
  switch (operator) {
    case "In":
    case "NotIn":
      return count > 0 ? [] : [required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'")];
    case "Exists":
    case "DoesNotExist":
      return count === 0
        ? []
        : [forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")];
    default:
      return [invalid(`${path}.operator`, operator, "not a valid selector operator")];
  }
}

function mismatches(path: string, text: string, rule: NameRule): readonly Problem[] {
  return rule(text).map((sentence) => invalid(path, text, sentence));
}
