import { readFileSync } from "node:fs";
import { summarise } from "./statistics.ts";

/** One step of a reconciler, as the logs tell it, in milliseconds after `create` was answered. */
export interface Step {
  readonly controller: string;
  readonly step: string;
  readonly beginMs: number;
  readonly endMs: number;
}

export interface Stage {
  /** `guests/startQemu` */
  readonly name: string;
  readonly beginMs: number;
  readonly tookMs: number;
}

interface LogLine {
  readonly time: string;
  readonly message: string;
  readonly controller?: string;
  readonly step?: string;
  readonly durationMs?: number;
}

/** What the reconcilers did in a time, from the logs of agent and control plane. */
export function readSteps(logFiles: readonly string[], since: number, until: number): readonly Step[] {
  return logFiles
    .flatMap((path) => readFileSync(path, "utf8").split("\n"))
    .flatMap((line): Step[] => {
      if (!line.startsWith("{")) return [];
      const { time, message, controller = "", step = "", durationMs = 0 } = JSON.parse(line) as LogLine; // our own log
      const endAt = Date.parse(time);
      if (message !== "step done" || endAt - durationMs < since - 50 || endAt > until) return [];
      return [{ controller, step, beginMs: endAt - durationMs - since, endMs: endAt - since }];
    })
    .sort((a, b) => a.beginMs - b.beginMs);
}

/** The steps of several starts, one beside the other: the n-th time of a step in each is one stage, at its median place. */
export function summariseSteps(starts: readonly (readonly Step[])[]): readonly Stage[] {
  const stages = new Map<string, { begins: number[]; took: number[] }>();
  for (const steps of starts) {
    const seen = new Map<string, number>();
    for (const { controller, step, beginMs, endMs } of steps) {
      const name = `${controller}/${step}`;
      const count = (seen.get(name) ?? 0) + 1;
      seen.set(name, count);
      const id = count === 1 ? name : `${name} (${count})`;
      const stage = stages.get(id) ?? { begins: [], took: [] };
      stage.begins.push(beginMs);
      stage.took.push(endMs - beginMs);
      stages.set(id, stage);
    }
  }
  return [...stages]
    .filter(([, { begins }]) => begins.length * 2 > starts.length)
    .map(([name, { begins, took }]) => ({
      name,
      beginMs: summarise(begins).median,
      tookMs: summarise(took).median,
    }))
    .sort((a, b) => a.beginMs - b.beginMs);
}
