import { run } from "@peapod/machinery/node";
import type { CoordinatorFacts } from "./facts.ts";
import { parseHost, parsePodLinks, parsePodRoutes, parseRules } from "./parse.ts";

const options = { timeoutMs: 20_000, maxOutputBytes: 16 * 1024 * 1024 };

/** Everything about a pod in one program; each answer ends with a line of its own. */
const askPod = `for family in "" -4 -6; do
  [ -n "$family" ] || { ip -json -details address show; echo; echo ---; continue; }
  ip -json $family route show table all; echo; echo ---
  ip -json $family rule show; echo; echo ---
done`;

/** @param "$@"  the pod's addresses; one that no route leads to has no answer */
const askHost = `ip -json -details address show; echo; echo ---
for address in "$@"; do ip -json route get "$address" 2>/dev/null; echo; echo ---; done
true`;

export async function observePod(netns: string, signal: AbortSignal): Promise<CoordinatorFacts["pod"]> {
  const { stdout } = await run(["nsenter", `--net=${netns}`, "sh", "-c", askPod], { ...options, signal });
  const [links = "", routes4 = "", rules4 = "", routes6 = "", rules6 = ""] = stdout.split(/^---$/m);
  return {
    links: parsePodLinks(links).filter(({ name }) => name !== "lo"),
    routes: [...parsePodRoutes(routes4, 4), ...parsePodRoutes(routes6, 6)],
    rules: [...parseRules(rules4, 4), ...parseRules(rules6, 6)],
  };
}

export async function observeHost(
  addresses: readonly string[],
  signal: AbortSignal,
): Promise<CoordinatorFacts["host"]> {
  const { stdout } = await run(["sh", "-c", askHost, "sh", ...addresses], { ...options, signal });
  const [links = "", ...got] = stdout.split(/^---$/m);
  return parseHost(parsePodLinks(links), got);
}

/** Links of ours on the node, by whose they are. */
export async function observeAliases(
  signal: AbortSignal,
): Promise<readonly { readonly name: string; readonly alias: string }[]> {
  const { stdout } = await run(["ip", "-json", "link", "show"], { ...options, signal });
  return parsePodLinks(stdout);
}
