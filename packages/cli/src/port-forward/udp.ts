import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import { formatError } from "@peapod/machinery";
import { type Forwarding, listenFailure } from "./forward.ts";

type Writer = WritableStreamDefaultWriter<Uint8Array>;

/**
 * Listens on a local UDP port until the signal aborts. Every client has a stream of its own, on which a message is a datagram.
 *
 * @returns the port listened on
 * @throws {Error} when the address cannot be listened on
 */
export async function forwardUdp(forwarding: Forwarding): Promise<number> {
  const { address, port, log, signal } = forwarding;
  const socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
  await new Promise<void>((resolve, reject) => {
    socket.once("error", (error) => reject(listenFailure("udp", forwarding, error)));
    socket.bind(port.local, address, resolve);
  });
  socket.on("error", (error) => log("error", formatError(error)));
  signal.addEventListener("abort", () => socket.close());
  const clients = new Map<string, Promise<Writer>>();
  socket.on("message", (message, from) => {
    const id = `${from.address} ${from.port}`;
    const client = clients.get(id) ?? connectClient(socket, from, forwarding, () => clients.delete(id));
    clients.set(id, client);
    client
      .then((writer) => writer.write(message))
      .catch((error) => {
        clients.delete(id);
        log("error", `can't access port ${port.remote}: ${formatError(error)}`);
      });
  });
  return socket.address().port;
}

async function connectClient(
  socket: Socket,
  client: RemoteInfo,
  { open, port, log, signal }: Forwarding,
  onEnd: () => void,
): Promise<Writer> {
  log("info", `opening new udp tunnel to ${port.remote}`);
  const { readable, writable } = await open();
  const answers = new WritableStream<Uint8Array>({
    write: (message) =>
      new Promise((resolve, reject) =>
        socket.send(message, client.port, client.address, (error) => (error ? reject(error) : resolve())),
      ),
  });
  readable
    .pipeTo(answers, { signal })
    .catch(() => {}) // the tunnel is gone; the client's next datagram opens another
    .finally(onEnd);
  return writable.getWriter();
}
