import type { Service } from "@peapod/api";
import { type Flags, UsageError } from "../flags/parse-flags.ts";

type Spec = NonNullable<Service["spec"]>;
export type ServicePort = NonNullable<Spec["ports"]>[number];

/** What the flags say of a service, before anybody knows what stands behind it. */
export interface AskedService {
  readonly name: string;
  readonly spec: Spec;
  /** Undefined: those that the machine's interface lists. */
  readonly port: ServicePort | undefined;
}

/** @throws {Error} in upstream's words for values that are none */
export function readService(flags: Flags): AskedService {
  if (!flags.has("name")) throw new UsageError('required flag(s) "name" not set');
  const families = readFamilies(flags.text("ip-family"));
  const policy = readPolicy(flags.text("ip-family-policy"), families);
  const [clusterIP, externalIp] = [flags.text("cluster-ip"), flags.text("external-ip")];
  const protocol = oneOf(flags.text("protocol"), protocols, "unknown protocol");
  const wanted = flags.text("type");
  if (wanted.toLowerCase() === "externalname") throw new Error(`type: ${wanted} not supported`);
  const type = oneOf(wanted, types, "unknown service type");
  return {
    name: flags.text("name"),
    spec: {
      type,
      ...(clusterIP !== "" && { clusterIP }),
      ...(externalIp !== "" && { externalIPs: [externalIp] }),
      ...(families && { ipFamilies: families }),
      ...(policy && { ipFamilyPolicy: policy }),
    },
    port: readPort(flags, protocol),
  };
}

const protocols = ["TCP", "UDP"] as const;
const types = ["ClusterIP", "NodePort", "LoadBalancer"] as const;
const policies = ["SingleStack", "PreferDualStack", "RequireDualStack"] as const;

function readPort(flags: Flags, protocol: ServicePort["protocol"]): ServicePort | undefined {
  const port = flags.number("port");
  if (port === 0) return undefined;
  const [name, target] = [flags.text("port-name"), flags.text("target-port")];
  return {
    ...(name !== "" && { name }),
    port,
    protocol,
    ...(target !== "" && { targetPort: /^\d+$/.test(target) ? Number(target) : target }),
  };
}

function readFamilies(text: string): Spec["ipFamilies"] {
  const known: Readonly<Record<string, Spec["ipFamilies"]>> = {
    "": undefined,
    ipv4: ["IPv4"],
    ipv6: ["IPv6"],
    "ipv4,ipv6": ["IPv4", "IPv6"],
    "ipv6,ipv4": ["IPv6", "IPv4"],
  };
  const key = text.toLowerCase();
  if (!Object.hasOwn(known, key)) throw new Error(`unknown IPFamily/s: ${text}`);
  return known[key];
}

function readPolicy(text: string, families: Spec["ipFamilies"]): Spec["ipFamilyPolicy"] {
  if (text !== "") return oneOf(text, policies, "unknown IPFamilyPolicy/s");
  return (families?.length ?? 0) > 1 ? "PreferDualStack" : undefined;
}

function oneOf<T extends string>(text: string, known: readonly T[], problem: string): T {
  const found = known.find((value) => value.toLowerCase() === text.toLowerCase());
  if (found === undefined) throw new Error(`${problem}: ${text}`);
  return found;
}
