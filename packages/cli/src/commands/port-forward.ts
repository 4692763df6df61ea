import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { Readable } from "node:stream";
import { joinConnections } from "@peapod/machinery/node";
import { openStream } from "../access/open-stream.ts";
import { UsageError } from "../flags/parse-flags.ts";
import { type Forwarding, logTo } from "../port-forward/forward.ts";
import { type ForwardedPort, parsePort, parseTarget } from "../port-forward/parse.ts";
import { forwardTcp } from "../port-forward/tcp.ts";
import { forwardUdp } from "../port-forward/udp.ts";
import type { Command, CommandContext } from "./command.ts";

export const portForward: Command = {
  name: "port-forward",
  use: "type/name[/namespace] [protocol/]localPort[:targetPort]...",
  short: "Forward local ports to a virtualmachine or virtualmachineinstance.",
  long: `Forwards local ports to a virtualmachine or virtualmachineinstance.

The target is type/name[/namespace]; the type is vm or vmi. A port is [protocol/]localPort[:targetPort], the protocol
tcp (default) or udp. Everything goes through the API server: for much traffic use a Service instead.`,
  example: `  # Forward the local port 8080 to the vmi port:
  PROGRAM port-forward vmi/testvmi 8080

  # Forward the local port 8080 to the vmi port 9090:
  PROGRAM port-forward vmi/testvmi 8080:9090

  # Forward the local port 8080 to the vm port 9090 in mynamespace, by UDP:
  PROGRAM port-forward vm/testvm/mynamespace udp/8080:9090

  # Log in by ssh without opening a port:
  ssh -o 'ProxyCommand=PROGRAM port-forward --stdio=true vmi/testvmi 22' root@testvmi`,
  flags: [
    { name: "stdio", type: "bool", usage: "Join the one port with standard input and output" },
    { name: "address", type: "string", default: "127.0.0.1", usage: "Address to open local ports on" },
  ],
  args: { atLeast: 2 },
  completes: ["machine"],
  run: async (context) => {
    const [target = "", ...words] = context.flags.args;
    const { kind, name, namespace } = parseTarget(target);
    const ports = words.map(parsePort);
    const ours = await context.access();
    const access = { ...ours, namespace: namespace ?? ours.namespace };
    const owner = kind === "vm" ? "virtualmachines" : "virtualmachineinstances";
    const opener =
      ({ remote, protocol }: ForwardedPort) =>
      () =>
        openStream(access, owner, name, `portforward/${remote}/${protocol}`, context.signal);
    if (context.flags.on("stdio")) await joinStdio(context, ports, opener);
    else await listen(context, ports, opener);
  },
};

type Opener = (port: ForwardedPort) => Forwarding["open"];

async function joinStdio({ io, signal }: CommandContext, ports: readonly ForwardedPort[], opener: Opener) {
  const [port] = ports;
  if (port === undefined || ports.length !== 1)
    throw new UsageError("only one port supported when forwarding to stdout");
  const remote = await opener(port)();
  try {
    await joinConnections({ readable: Readable.toWeb(io.stdin), writable: writableOf(io.stdout) }, remote, { signal });
  } finally {
    io.stdin.destroy(); // or the process would wait for its end
  }
}

/** Our output is not ours to close, and waiting for its end would be for ever. */
function writableOf(output: CommandContext["io"]["stdout"]): WritableStream<Uint8Array> {
  return new WritableStream({
    async write(chunk) {
      if (!output.write(chunk)) await once(output, "drain");
    },
  });
}

async function listen(context: CommandContext, ports: readonly ForwardedPort[], opener: Opener): Promise<void> {
  const { flags, io, signal, now } = context;
  const log = logTo((line) => io.stderr.write(line), now);
  const { address } = await lookup(flags.text("address"));
  for (const port of ports) {
    const forwarding = { port, address, open: opener(port), log, signal };
    const local = await (port.protocol === "udp" ? forwardUdp(forwarding) : forwardTcp(forwarding));
    log("info", `forwarding ${port.protocol} ${address}:${local} to ${port.remote}`);
  }
  if (!signal.aborted) await once(signal, "abort");
}
