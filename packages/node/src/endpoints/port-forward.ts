import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { Duplex, Readable, Writable } from "node:stream";
import { badRequest, type Connection, serviceUnavailable } from "@peapod/machinery";

const dialMs = 10_000;

/** @returns the guest's port as a stream. UDP: every chunk is a datagram. @throws {ApiError} */
export async function dialGuest(addresses: readonly string[], port: number, protocol: string): Promise<Connection> {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw badRequest(`"${port}" is no port`);
  const [address] = addresses;
  if (address === undefined) throw serviceUnavailable("the guest has no address yet");
  if (protocol === "tcp") return toConnection(await dialTcp(address, port));
  if (protocol === "udp") return toConnection(dialUdp(address, port));
  throw badRequest(`"${protocol}" is no protocol: tcp or udp`);
}

async function dialTcp(host: string, port: number): Promise<Duplex> {
  const socket = connect({ host, port });
  socket.setTimeout(dialMs, () => socket.destroy(new Error("timed out")));
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
  } catch (cause) {
    const error = serviceUnavailable(`dial tcp ${host}:${port}: connect: ${said(cause)}`);
    error.cause = cause;
    throw error;
  }
  socket.setTimeout(0);
  socket.setNoDelay(true);
  return socket;
}

function dialUdp(address: string, port: number): Duplex {
  const socket = createSocket("udp4");
  const stream = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      socket.send(chunk, port, address, (error) => done(error));
    },
    final(done) {
      socket.close(() => done());
    },
    destroy(error, done) {
      try {
        socket.close();
      } catch {
        // Closed already.
      }
      done(error);
    },
  });
  socket.on("message", (message) => stream.push(message));
  socket.on("error", (error) => stream.destroy(error));
  return stream;
}

function toConnection(stream: Duplex): Connection {
  return {
    protocol: "plain.kubevirt.io",
    // Node's own types of web streams and the global ones are two names for one thing.
    readable: Readable.toWeb(stream) as unknown as Connection["readable"],
    writable: Writable.toWeb(stream) as unknown as Connection["writable"],
  };
}

function said(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const code = "code" in cause ? cause.code : undefined;
  if (code === "ECONNREFUSED") return "connection refused";
  if (code === "EHOSTUNREACH") return "no route to host";
  return cause.message;
}
