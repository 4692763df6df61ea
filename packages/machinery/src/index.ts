// The words for single fields are api's; here under names that do not clash with those for whole requests.
export {
  duplicate as duplicateValue,
  forbidden as forbiddenValue,
  formatProblem as describeProblem,
  formatProblems as describeProblems,
  invalid as invalidValue,
  notFound as missingReference,
  notSupported as unsupportedValue,
  type Problem as FieldProblem,
  required as requiredValue,
  tooLong as tooLongValue,
  tooMany as tooManyValues,
  typeInvalid as wrongType,
} from "@peapod/api";
export * from "./checkpoint/checkpoint.ts";
export * from "./client/client.ts";
export * from "./client/lines.ts";
export * from "./client/list-all.ts";
export * from "./client/paths.ts";
export * from "./client/types.ts";
export * from "./client/watch.ts";
export * from "./conditions/conditions.ts";
export * from "./controller/rbac.ts";
export * from "./controller/start-controllers.ts";
export * from "./controller/types.ts";
export * from "./controller/work-queue.ts";
export * from "./errors/api-error.ts";
export * from "./errors/format-error.ts";
export * from "./errors/invalid-spec-error.ts";
export * from "./errors/read-error.ts";
export * from "./errors/refusals.ts";
export * from "./errors/status.ts";
export * from "./events/recorder.ts";
export * from "./informer/informer.ts";
export * from "./informer/object-store.ts";
export * from "./json-path/json-path.ts";
export { JsonPathError } from "./json-path/parse.ts";
export * from "./log/create-log.ts";
export * from "./log/types.ts";
export { isJsonEqual } from "./patches/json.ts";
export * from "./patches/json-patch.ts";
export * from "./patches/merge-patch.ts";
export * from "./patches/strategic-merge-patch.ts";
export * from "./seam/types.ts";
export * from "./selectors/field-selector.ts";
export * from "./selectors/label-selector.ts";
export * from "./time/delay.ts";
export * from "./version.ts";
export * from "./yaml/yaml.ts";
