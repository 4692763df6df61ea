import { isRecord } from "../deep-equal.ts";
import { changeAll, type Json } from "./fill.ts";

/** A container's default limit is its maximum, its default request that limit or else its minimum. */
export function defaultLimitRange(range: Json): Json {
  return changeAll(range, ["spec", "limits[]"], (item) => {
    if (item["type"] !== "Container") return item;
    const limits = { ...recordOf(item["max"]), ...recordOf(item["default"]) };
    const requests = { ...recordOf(item["min"]), ...limits, ...recordOf(item["defaultRequest"]) };
    return {
      ...item,
      ...(Object.keys(limits).length > 0 && { default: limits }),
      ...(Object.keys(requests).length > 0 && { defaultRequest: requests }),
    };
  });
}

function recordOf(value: unknown): Json {
  return isRecord(value) ? value : {};
}
