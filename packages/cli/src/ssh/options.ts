import type { CommandContext } from "../commands/command.ts";
import { type FlagSpec, globalFlags } from "../flags/flag-specs.ts";
import type { Flags } from "../flags/parse-flags.ts";
import type { LoginTarget } from "./target.ts";

/** What ssh and scp have in common. */
export const loginFlags: readonly FlagSpec[] = [
  {
    name: "username",
    short: "l",
    type: "string",
    usage: "Who to log in as, unless the target says it; without either who you are here",
  },
  { name: "identity-file", short: "i", type: "string", usage: "File with the private key to log in with" },
  { name: "known-hosts", type: "string", usage: "File with the keys of known hosts; empty to believe any" },
  { name: "port", short: "p", type: "int", default: 22, usage: "The machine's port" },
  { name: "local-ssh-opts", short: "t", type: "list", usage: "One more word for ssh's command line; may be repeated" },
  {
    name: "local-ssh",
    type: "bool",
    default: true,
    usage: "As upstream's older versions have it; it is always the local ssh",
  },
];

/**
 * The words that make ssh or scp go through our port-forward.
 *
 * @param self  how we were started, as argument array: ssh starts us again
 */
export function renderOptions(
  { flags, self }: Pick<CommandContext, "flags" | "self">,
  target: LoginTarget,
): readonly string[] {
  const { kind, name, namespace } = target;
  const place = namespace === undefined ? `${kind}/${name}` : `${kind}/${name}/${namespace}`;
  const proxy = [...self, ...givenGlobals(flags), "port-forward", "--stdio=true", place, flags.text("port")];
  const identity = flags.text("identity-file");
  const known = flags.given("known-hosts");
  const isTrusting = known === "";
  return [
    "-o",
    // ssh gives it to a shell, and reads per cent signs itself.
    `ProxyCommand=${proxy.map(shellWord).join(" ").replaceAll("%", "%%")}`,
    ...(isTrusting ? ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"] : []),
    ...(known ? ["-o", `UserKnownHostsFile=${known}`] : []),
    ...flags.list("local-ssh-opts"),
    ...(identity === "" ? [] : ["-i", identity]),
  ];
}

/** `user@vmi.web.default`: no name of a host, but known hosts are kept by it. */
export function renderHost(
  { kind, name, namespace, user }: LoginTarget,
  { flags, namespace: current, env }: HostContext,
): string {
  const who = user ?? flags.given("username") ?? localUser(env);
  return `${who === undefined ? "" : `${who}@`}${kind}.${name}.${namespace ?? current}`;
}

export interface HostContext {
  readonly flags: Flags;
  /** The one we work in. */
  readonly namespace: string;
  readonly env: CommandContext["env"];
}

/** Who is at this terminal; undefined: whom ssh's own configuration says. */
function localUser(env: CommandContext["env"]): string | undefined {
  return env["USER"] || env["USERNAME"] || env["LOGNAME"] || undefined;
}

/** Who we are told to be and where, for our other self. */
function givenGlobals(flags: Flags): readonly string[] {
  return globalFlags.flatMap(({ name, type }) => {
    // `--username` is the one to log in as here.
    if (!flags.has(name) || name === "username") return [];
    const values = type === "list" ? flags.list(name) : [flags.text(name)];
    return values.map((value) => `--${name}=${value}`);
  });
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
