import { type AddressInfo, createServer, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { formatError } from "@peapod/machinery";
import { joinConnections } from "@peapod/machinery/node";
import { type Forwarding, listenFailure } from "./forward.ts";

/**
 * Listens on a local TCP port until the signal aborts; every connection becomes a stream of its own.
 *
 * @returns the port listened on, which differs from the one asked for where that was 0
 * @throws {Error} when the address cannot be listened on
 */
export async function forwardTcp(forwarding: Forwarding): Promise<number> {
  const { address, port, signal } = forwarding;
  const server = createServer({ allowHalfOpen: false }, (socket) => void serve(socket, forwarding));
  await new Promise<void>((resolve, reject) => {
    server.on("error", (error) => reject(listenFailure("tcp", forwarding, error)));
    server.listen(port.local, address, resolve);
  });
  signal.addEventListener("abort", () => server.close());
  return (server.address() as AddressInfo).port;
}

async function serve(socket: Socket, { open, port, log, signal }: Forwarding): Promise<void> {
  socket.on("error", () => {}); // joinConnections ends then
  log("info", `opening new tcp tunnel to ${port.remote}`);
  try {
    const remote = await open();
    log("info", `handling tcp connection for ${port.local}`);
    await joinConnections(Duplex.toWeb(socket), remote, { signal });
  } catch (error) {
    log("error", `can't access port ${port.remote}: ${formatError(error)}`);
  } finally {
    socket.destroy();
  }
}
