import assert from "node:assert/strict";
import test from "node:test";
import { createLogTo } from "./create-log.ts";

test("createLogTo() writes one JSON line with its fields, and errors with their causes", () => {
  const lines: string[] = [];
  const log = createLogTo((line) => lines.push(line), { component: "node", now: () => new Date(0) });
  log.with({ vmi: "a/b" }).error("step failed", { error: new Error("cannot", { cause: new Error("full") }), size: 2n });
  log.debug("not shown");
  assert.deepEqual(lines, [
    '{"time":"1970-01-01T00:00:00.000Z","level":"error","component":"node","message":"step failed","vmi":"a/b","error":"cannot: full","size":"2"}\n',
  ]);
});

test("createLogTo() survives a field that cannot be written", () => {
  const lines: string[] = [];
  const cyclic: Record<string, unknown> = {};
  cyclic["self"] = cyclic;
  createLogTo((line) => lines.push(line), { component: "node" }).info("x", { cyclic });
  assert.match(lines[0] ?? "", /log line lost/);
});
