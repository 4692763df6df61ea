/**
 * `node bench/network-client.ts ADDRESS`: asks a guest that serves `networkUserData` how fast its network is, and prints the answers as
 * JSON. A program of its own, since it has to be started in the network namespace to measure from.
 */
import { request } from "node:http";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const [address = ""] = process.argv.slice(2);
const rounds = 5;
const roundTrips = 200;
const uploadBytes = 32 * 2 ** 20;

await answering();
const fromGuest: number[] = [];
const toGuest: number[] = [];
for (let round = 0; round < rounds; round++) {
  fromGuest.push(await megabitsPerSecond(async () => await transfer("GET", "/cgi-bin/zero")));
  toGuest.push(await megabitsPerSecond(async () => await transfer("POST", "/cgi-bin/sink", uploadBytes)));
}
console.log(JSON.stringify({ fromGuest, toGuest, roundTripsMs: await echoes(roundTrips) }));

async function answering(): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await transfer("GET", "/cgi-bin/ready");
      await echoes(1); // passt takes a connection before the guest has a server for it
      return;
    } catch (error) {
      if (attempt > 600) throw error;
      await sleep(200);
    }
  }
}

async function megabitsPerSecond(work: () => Promise<number>): Promise<number> {
  const begin = performance.now();
  const bytes = await work();
  return (bytes * 8) / 1000 / (performance.now() - begin);
}

/** @returns bytes that went over the wire in the direction that counts */
function transfer(method: "GET" | "POST", path: string, bytes = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = request({ host: address, path, method, headers: bytes > 0 ? { "content-length": bytes } : {} });
    call.on("error", reject);
    call.setTimeout(30_000, () => call.destroy(new Error(`no answer from ${address}${path}`)));
    call.on("response", (answer) => {
      let received = 0;
      answer.on("data", (chunk: Buffer) => {
        received += chunk.length;
      });
      answer.on("error", reject);
      answer.on("end", () =>
        answer.statusCode === 200 ? resolve(bytes + received) : reject(new Error(`${path}: ${answer.statusCode}`)),
      );
    });
    call.end(bytes > 0 ? Buffer.alloc(bytes) : undefined);
  });
}

/** One byte there and back, again and again: a ping that passt does not answer itself. */
async function echoes(count: number): Promise<readonly number[]> {
  const socket = connect(7, address).setNoDelay(true);
  try {
    await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    await echo(socket);
    const times: number[] = [];
    for (let n = 0; n < count; n++) {
      const begin = performance.now();
      await echo(socket);
      times.push(performance.now() - begin);
    }
    return times;
  } finally {
    socket.destroy();
  }
}

function echo(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("data", () => resolve());
    socket.once("close", () => reject(new Error(`${address} echoes nothing`)));
    socket.write("x");
  });
}
