import { dirname } from "node:path";
import { type Flags, parseFlags, UsageError } from "./flags.ts";

/** What `peapod up`, `down`, `image …` and the two processes behind them were asked to do: flags over environment over defaults. */
export type Config =
  | { readonly command: "up"; readonly up: UpConfig }
  | { readonly command: "down"; readonly dataDir: string; readonly keepGuests: boolean }
  | { readonly command: "node"; readonly node: NodeConfig }
  | { readonly command: "image"; readonly image: ImageCommand; readonly dataDir: string }
  | { readonly command: "guest-image"; readonly out: string }
  | { readonly command: "domain"; readonly dataDir: string; readonly name: string; readonly namespace: string }
  | { readonly command: "ipam check"; readonly dataDir: string; readonly output: "text" | "json" }
  | { readonly command: "help"; readonly topic: string };

export interface UpConfig {
  readonly dataDir: string;
  readonly listen: Listen;
  readonly nodeName: string;
  readonly detach: boolean;
  /** False: the API alone; agents are started with `peapod node`. */
  readonly withNode: boolean;
  readonly verbose: boolean;
}

export interface NodeConfig {
  readonly dataDir: string;
  readonly nodeName: string;
  readonly kubeconfig: string;
  /** Folder with `ca.crt`, `tls.crt` and `tls.key`: what the agent's own port is served with. */
  readonly tlsDir: string;
  readonly verbose: boolean;
}

export interface Listen {
  readonly host: string;
  readonly port: number;
}

export type ImageCommand =
  | { readonly do: "list" }
  | { readonly do: "import"; readonly reference: string; readonly file: string }
  | { readonly do: "remove"; readonly reference: string };

export const defaultDataDir = "/var/lib/peapod";
const defaultListen = "127.0.0.1:6443";

/**
 * @param argv  words after the program's name: `["up", "--detach"]`
 * @param hostname  this machine's name, the default node name
 * @throws {UsageError} asked wrongly: exit code 2
 */
export function parseConfig(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  hostname: string,
): Config {
  const [command = "help", ...rest] = argv;
  if (rest.includes("--help") || rest.includes("-h")) return { command: "help", topic: command };
  const dataDir = (flags: Flags): string => flags.text("data-dir") ?? env.PEAPOD_DATA_DIR ?? defaultDataDir;
  switch (command) {
    case "up": {
      const flags = parseFlags(command, rest, {
        "data-dir": "text",
        listen: "text",
        "node-name": "text",
        detach: "switch",
        "with-node": "switch",
        verbose: "switch",
      });
      noMore(command, flags, 0);
      return {
        command,
        up: {
          dataDir: dataDir(flags),
          listen: parseListen(flags.text("listen") ?? env.PEAPOD_LISTEN ?? defaultListen),
          nodeName: parseNodeName(flags.text("node-name") ?? hostname),
          detach: flags.on("detach"),
          withNode: flags.on("with-node", true),
          verbose: flags.on("verbose"),
        },
      };
    }
    case "down": {
      const flags = parseFlags(command, rest, { "data-dir": "text", "keep-guests": "switch" });
      noMore(command, flags, 0);
      return { command, dataDir: dataDir(flags), keepGuests: flags.on("keep-guests") };
    }
    case "node": {
      const flags = parseFlags(command, rest, {
        "data-dir": "text",
        "node-name": "text",
        kubeconfig: "text",
        "tls-dir": "text",
        verbose: "switch",
      });
      noMore(command, flags, 0);
      const kubeconfig = flags.text("kubeconfig") ?? env.KUBECONFIG;
      if (!kubeconfig) throw new UsageError("peapod node needs --kubeconfig", "peapod node --kubeconfig FILE");
      return {
        command,
        node: {
          dataDir: dataDir(flags),
          nodeName: parseNodeName(flags.text("node-name") ?? hostname),
          kubeconfig,
          tlsDir: flags.text("tls-dir") ?? `${dirname(kubeconfig)}/agent-tls`,
          verbose: flags.on("verbose"),
        },
      };
    }
    case "image":
      return parseImage(rest, dataDir);
    case "guest-image": {
      const flags = parseFlags(command, rest, {});
      const [out] = noMore(command, flags, 1);
      if (out === undefined)
        throw new UsageError("peapod guest-image needs a file to write", "peapod guest-image guest.qcow2");
      return { command, out };
    }
    case "domain": {
      const flags = parseFlags(command, rest, { "data-dir": "text", namespace: "text" }, { n: "namespace" });
      const [name] = noMore(command, flags, 1);
      if (name === undefined) throw new UsageError("peapod domain needs the name of a VM", "peapod domain NAME");
      return { command, dataDir: dataDir(flags), name, namespace: flags.text("namespace") ?? "default" };
    }
    case "ipam":
      return parseIpam(rest, dataDir);
    default:
      return { command: "help", topic: "" };
  }
}

function parseImage(rest: readonly string[], dataDir: (flags: Flags) => string): Config {
  const flags = parseFlags("image", rest, { "data-dir": "text" });
  const [verb = "", ...words] = flags.words;
  const usage = "peapod image list | import REFERENCE FILE | remove REFERENCE";
  const [reference, file] = words;
  if (verb === "list" && words.length === 0)
    return { command: "image", image: { do: "list" }, dataDir: dataDir(flags) };
  if (verb === "import" && words.length === 2 && reference && file) {
    return { command: "image", image: { do: "import", reference, file }, dataDir: dataDir(flags) };
  }
  if (verb === "remove" && words.length === 1 && reference) {
    return { command: "image", image: { do: "remove", reference }, dataDir: dataDir(flags) };
  }
  throw new UsageError(
    verb === "" ? "peapod image needs a verb" : `Cannot understand "peapod image ${flags.words.join(" ")}"`,
    usage,
  );
}

function parseIpam(rest: readonly string[], dataDir: (flags: Flags) => string): Config {
  const flags = parseFlags("ipam", rest, { "data-dir": "text", output: "text" }, { o: "output" });
  const [verb = "", ...words] = flags.words;
  const usage = "peapod ipam check [-o json]";
  if (verb !== "check" || words.length > 0) {
    throw new UsageError(verb === "" ? "peapod ipam needs a verb" : `Cannot understand "peapod ipam ${verb}"`, usage);
  }
  const output = flags.text("output") ?? "text";
  if (output !== "text" && output !== "json") throw new UsageError(`Cannot print addresses as "${output}"`, usage);
  return { command: "ipam check", dataDir: dataDir(flags), output };
}

/** `127.0.0.1:6443`, `[::1]:6443`, `:6443` (all addresses) */
export function parseListen(text: string): Listen {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65_535) {
    throw new UsageError(`Cannot listen on "${text}": it is not HOST:PORT`, "peapod up --listen 127.0.0.1:6443");
  }
  return { host: (match[1] ?? match[2]) || "0.0.0.0", port };
}

function parseNodeName(text: string): string {
  const name = text.toLowerCase();
  if (!/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(name)) {
    throw new UsageError(
      `Cannot call the node "${text}": a node name is a DNS subdomain`,
      "peapod up --node-name my-node",
    );
  }
  return name;
}

function noMore(command: string, flags: Flags, most: number): readonly string[] {
  const extra = flags.words[most];
  if (extra !== undefined)
    throw new UsageError(`peapod ${command} does not take "${extra}"`, `peapod ${command} --help`);
  return flags.words;
}
