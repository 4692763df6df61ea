import {
  badRequest,
  type FieldProblem,
  type FieldSelector,
  forbiddenValue,
  invalid,
  type LabelSelector,
  parseFieldSelector,
  parseLabelSelector,
  unsupportedValue,
} from "@peapod/machinery";
import { isTrue } from "./request-info.ts";

/** The query of a list or watch, read and checked as far as that needs no object. */
export interface ListOptions {
  readonly labels: LabelSelector;
  readonly fields: FieldSelector;
  /** 0: no limit. */
  readonly limit: number;
  readonly continueToken: string;
  /** As sent: `""`, `"0"` or a number. */
  readonly resourceVersion: string;
  readonly match: "" | "Exact" | "NotOlderThan";
  readonly timeoutSeconds: number | undefined;
  readonly allowsBookmarks: boolean;
  readonly sendInitialEvents: boolean | undefined;
}

/** @throws {ApiError} BadRequest or Invalid, in Kubernetes' sentences */
export function readListOptions(query: URLSearchParams, verb: "list" | "watch" | "deletecollection"): ListOptions {
  const match = query.get("resourceVersionMatch") ?? "";
  const options: ListOptions = {
    limit: Math.max(0, readInteger(query.get("limit")) ?? 0),
    timeoutSeconds: readInteger(query.get("timeoutSeconds")),
    labels: parseLabelSelector(query.get("labelSelector") ?? ""),
    fields: parseFieldSelector(query.get("fieldSelector") ?? ""),
    continueToken: query.get("continue") ?? "",
    resourceVersion: query.get("resourceVersion") ?? "",
    match: match === "Exact" || match === "NotOlderThan" ? match : "",
    allowsBookmarks: isTrue(query.get("allowWatchBookmarks")),
    sendInitialEvents: query.has("sendInitialEvents") ? isTrue(query.get("sendInitialEvents")) : undefined,
  };
  const problems = verb === "watch" ? watchProblems(options, match) : listProblems(options, match);
  if (problems.length > 0) throw invalid({ group: "meta.k8s.io", kind: "ListOptions" }, "", problems);
  return options;
}

/** A revision from a query; undefined where none is asked for. */
export function readRevision(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** Go's complaint about a number that is none. */
export function parseUintSentence(text: string): string {
  return `strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`;
}

export function readInteger(text: string | null): number | undefined {
  if (text === null || text === "") return undefined;
  if (!/^[+-]?\d+$/.test(text)) {
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  return Number(text);
}

const matchField = "resourceVersionMatch";

function listProblems(options: ListOptions, match: string): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (match !== "") {
    if (options.continueToken !== "") {
      problems.push(forbiddenValue(matchField, "resourceVersionMatch is forbidden when continue is provided"));
    }
    if (options.resourceVersion === "") {
      problems.push(forbiddenValue(matchField, "resourceVersionMatch is forbidden unless resourceVersion is provided"));
    }
    if (options.match === "") problems.push(unsupportedMatch(match));
    if (options.match === "Exact" && options.resourceVersion === "0") {
      problems.push(forbiddenValue(matchField, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
    }
  }
  if (options.sendInitialEvents !== undefined) {
    problems.push(forbiddenValue("sendInitialEvents", "sendInitialEvents is forbidden for list"));
  }
  return problems;
}

function watchProblems(options: ListOptions, match: string): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (options.sendInitialEvents !== undefined) {
    if (match === "") {
      const sentence = "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan";
      problems.push(forbiddenValue(matchField, sentence));
    } else if (options.match !== "NotOlderThan") problems.push(unsupportedValue(matchField, match, ["NotOlderThan"]));
  } else if (match !== "") {
    const sentence = "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided";
    problems.push(forbiddenValue(matchField, sentence));
  }
  return problems;
}

function unsupportedMatch(match: string): FieldProblem {
  return unsupportedValue(matchField, match, ["Exact", "NotOlderThan", ""]);
}
