import { changeAll, type Json } from "./fill.ts";

/** A node that does not say what it keeps for itself can give all it has. */
export function defaultNode(node: Json): Json {
  return changeAll(node, ["status"], (status) => {
    const { allocatable, capacity } = status;
    return allocatable === undefined && capacity !== undefined ? { ...status, allocatable: capacity } : status;
  });
}
