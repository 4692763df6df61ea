import { request } from "node:http";
import type { Disagreement } from "@peapod/network";
import { checkPath } from "@peapod/node";
import { openInstance } from "../instance/paths.ts";

/** `peapod ipam check`: whether pools, endpoints, the allocator and running guests agree. @returns exit code */
export async function ipamCheckCommand(
  config: { readonly dataDir: string; readonly output: "text" | "json" },
  print: (line: string) => void,
): Promise<number> {
  const { agentSocket } = openInstance(config.dataDir);
  const found = await askAgent(agentSocket);
  if (config.output === "json") print(JSON.stringify(found, undefined, 2));
  else if (found.length === 0) print("pools, endpoints, the allocator and running guests agree");
  else for (const { about, name, message } of found) print(`${about} ${name}: ${message}`);
  return found.length === 0 ? 0 : 1;
}

async function askAgent(socketPath: string): Promise<readonly Disagreement[]> {
  const { status, body } = await new Promise<{ status: number; body: unknown }>((resolve, reject) => {
    const asking = request({ socketPath, path: checkPath, method: "GET" }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => {
        text += chunk;
      });
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body: JSON.parse(text || "null") }));
      answer.on("error", reject);
    });
    asking.on("error", (cause) => reject(silent(cause)));
    asking.end();
  });
  if (status === 200) return body as readonly Disagreement[]; // our own agent says so
  if (status === 503) throw silent();
  const message = typeof body === "object" && body !== null && "message" in body ? String(body.message) : status;
  throw new Error(`Cannot check addresses: the agent says ${message}`);
}

function silent(cause?: unknown): Error {
  const error = new Error("Cannot check addresses: the agent of this instance does not answer", { cause });
  return Object.assign(error, { advice: "peapod up" });
}
