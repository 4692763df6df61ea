import { run } from "@peapod/machinery/node";

const timeoutMs = 20_000;

/** A rule of somebody's forward chain that speaks of an interface of ours. */
export interface ForwardRule {
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  readonly handle: number;
  /** `iifname` or `oifname` */
  readonly direction: string;
  readonly interface: string;
}

interface Chain {
  readonly family: string;
  readonly table: string;
  readonly name: string;
}

/**
 * Lets pods through where the machine forwards nothing by default, as Docker and ufw leave it: an accept in another table does not
 * help against a drop in this one, so the two rules stand in the chains that drop. Plain ones, which iptables can read and list.
 *
 * @param bridge  the pod bridge
 */
export async function ensureForwardRules(bridge: string, signal?: AbortSignal): Promise<void> {
  for (const chain of await listDroppingChains(signal)) {
    const rules = await listRules(chain, signal);
    for (const direction of ["iifname", "oifname"]) {
      if (rules.some((rule) => rule.direction === direction && rule.interface === bridge)) continue;
      const { family, table, name } = chain;
      await run(["nft", "insert", "rule", family, table, name, direction, bridge, "counter", "accept"], {
        signal,
        timeoutMs,
      });
    }
  }
}

/** Rules about interfaces whose names begin with `prefix`, in any forward chain of the machine. */
export async function listForwardRules(prefix: string): Promise<readonly ForwardRule[]> {
  const chains = await listForwardChains();
  const rules = await Promise.all(chains.map(({ chain }) => listRules(chain)));
  return rules.flat().filter((rule) => rule.interface.startsWith(prefix));
}

export async function removeForwardRule({ family, table, chain, handle }: ForwardRule): Promise<void> {
  await run(["nft", "delete", "rule", family, table, chain, "handle", String(handle)], { timeoutMs });
}

async function listDroppingChains(signal?: AbortSignal): Promise<readonly Chain[]> {
  return (await listForwardChains(signal)).flatMap(({ chain, policy }) => (policy === "drop" ? [chain] : []));
}

async function listForwardChains(
  signal?: AbortSignal,
): Promise<readonly { readonly chain: Chain; readonly policy: string }[]> {
  return (await listNft(["list", "chains"], signal)).flatMap(({ chain }) =>
    chain?.["hook"] === "forward" && (chain["family"] === "ip" || chain["family"] === "inet")
      ? [
          {
            chain: { family: String(chain["family"]), table: String(chain["table"]), name: String(chain["name"]) },
            policy: String(chain["policy"]),
          },
        ]
      : [],
  );
}

async function listRules({ family, table, name }: Chain, signal?: AbortSignal): Promise<readonly ForwardRule[]> {
  const items = await listNft(["-a", "list", "chain", family, table, name], signal);
  return items.flatMap(({ rule }) => {
    const expressions = Array.isArray(rule?.["expr"]) ? (rule["expr"] as readonly NftExpression[]) : [];
    return expressions.flatMap(({ match }) => {
      const direction = match?.left?.meta?.key;
      if (direction !== "iifname" && direction !== "oifname") return [];
      const handle = Number(rule?.["handle"]);
      return [{ family, table, chain: name, handle, direction, interface: String(match?.right) }];
    });
  });
}

interface NftExpression {
  readonly match?: { readonly left?: { readonly meta?: { readonly key?: string } }; readonly right?: unknown };
}

type NftItem = { readonly [kind in "chain" | "rule"]?: Readonly<Record<string, unknown>> };

async function listNft(words: readonly string[], signal?: AbortSignal): Promise<readonly NftItem[]> {
  const { stdout } = await run(["nft", "-j", ...words], { signal, timeoutMs, maxOutputBytes: 64 * 1024 * 1024 });
  const answer: unknown = stdout.trim() === "" ? {} : JSON.parse(stdout);
  return typeof answer === "object" && answer !== null && "nftables" in answer && Array.isArray(answer.nftables)
    ? (answer.nftables as readonly NftItem[])
    : [];
}
