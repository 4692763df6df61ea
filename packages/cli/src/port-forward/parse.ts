export interface Target {
  readonly kind: "vm" | "vmi";
  readonly name: string;
  /** Undefined: the one we work in. */
  readonly namespace: string | undefined;
}

export interface ForwardedPort {
  readonly protocol: string;
  readonly local: number;
  readonly remote: number;
}

/**
 * `vm/web`, `vmi/web/namespace`.
 *
 * @throws {Error} in upstream's words
 */
export function parseTarget(text: string): Target {
  if (text === "") throw new Error("target cannot be empty");
  const [kind = "", name, namespace, ...more] = text.split("/");
  if (name === undefined) throw new Error("target must contain type and name separated by '/'");
  if (more.length > 0) throw new Error("target is not valid with more than two '/'");
  if (namespace === "") throw new Error("namespace cannot be empty");
  const parsed = parseKind(kind);
  if (name === "") throw new Error("name cannot be empty");
  return { kind: parsed, name, namespace };
}

/**
 * `8080`, `8080:80`, `udp/5353:53`.
 *
 * @throws {Error} in upstream's words
 */
export function parsePort(text: string): ForwardedPort {
  const slash = text.indexOf("/");
  const protocol = slash < 0 ? "tcp" : text.slice(0, slash);
  const [local, remote] = text
    .slice(slash + 1)
    .split(":")
    .filter((part) => part !== "");
  if (local === undefined) throw new Error("invalid port, missing local and/or remote port");
  if (protocol !== "tcp" && protocol !== "udp") throw new Error(`unknown protocol: ${protocol}`);
  return { protocol, local: parseNumber(local, 0), remote: parseNumber(remote ?? local, 1) };
}

function parseKind(kind: string): Target["kind"] {
  switch (kind.toLowerCase()) {
    case "vm":
    case "vms":
    case "virtualmachine":
    case "virtualmachines":
      return "vm";
    case "vmi":
    case "vmis":
    case "virtualmachineinstance":
    case "virtualmachineinstances":
      return "vmi";
    default:
      throw new Error(`unsupported resource type '${kind}'`);
  }
}

function parseNumber(text: string, least: number): number {
  if (!/^[-+]?[0-9]+$/.test(text)) {
    throw new Error(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  const port = Number(text);
  if (port < least || port > 65_535) throw new Error(`invalid port ${text}: it has to be between ${least} and 65535`);
  return port;
}
