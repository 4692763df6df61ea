import { formatError, type VersionInfo, versionInfo } from "@peapod/machinery";
import { type Access, type Command, print } from "./command.ts";

export const version: Command = {
  name: "version",
  short: "Print the client and server version information.",
  example: "  # Print the client and server versions for the current context:\n  PROGRAM version",
  flags: [{ name: "client", short: "c", type: "bool", usage: "Our own version alone; asks no server" }],
  args: 0,
  run: async (context) => {
    print(context, `Client Version: ${showInfo(clientVersion())}`);
    if (context.flags.on("client")) return;
    const access = await context.access().catch((error) => {
      throw new Error(`failed to get virtClient config: ${formatError(error)}`);
    });
    const server = await serverVersion(access, context.signal).catch((error) => {
      throw new Error(`failed to get server version: ${formatError(error)}`);
    });
    print(context, `Server Version: ${showInfo(server)}`);
  },
};

export function clientVersion(): VersionInfo {
  const architectures: Readonly<Record<string, string>> = { x64: "amd64" };
  return versionInfo(`node ${process.version}`, `${process.platform}/${architectures[process.arch] ?? process.arch}`);
}

export async function serverVersion({ client }: Access, signal: AbortSignal): Promise<VersionInfo> {
  // Served by whatever is there, upstream included: a field that it lacks is shown empty.
  return (await client.request("GET", "/apis/subresources.kubevirt.io/v1/version", { signal })) as VersionInfo;
}

/** What upstream says before another error when client and server differ in more than a patch; undefined when they do not. */
export function mismatch(client: VersionInfo, server: VersionInfo): string | undefined {
  const minorOf = ({ gitVersion = "" }: Partial<VersionInfo>) => /^v?(\d+\.\d+)\./.exec(gitVersion)?.[1];
  if (minorOf(server) === undefined || minorOf(client) === minorOf(server)) return undefined;
  return `You are using a client virtctl version that is different from the KubeVirt version running in the cluster
Client Version: ${client.gitVersion}
Server Version: ${server.gitVersion}
`;
}

/** As Go prints the struct that upstream's programs keep it in. */
function showInfo(info: VersionInfo): string {
  const fields = ["gitVersion", "gitCommit", "gitTreeState", "buildDate", "goVersion", "compiler", "platform"] as const;
  const shown = fields.map((name) => {
    const goName = `${name[0]?.toUpperCase()}${name.slice(1)}`;
    return `${goName}:${JSON.stringify(info[name] ?? "")}`;
  });
  return `version.Info{${shown.join(", ")}}`;
}
