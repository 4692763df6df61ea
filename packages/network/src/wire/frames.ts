import { type Ip, parseIp } from "@peapod/api";

/** Every frame that is sent has this many bytes, which the longest needs: so a stream of them can be cut again. */
export const frameBytes = 86;

const everybody = "ff:ff:ff:ff:ff:ff";
const allNodes = { mac: "33:33:00:00:00:01", ip: bytesOfIp(parseIp("ff02::1")) };
const nobody = { 4: new Uint8Array(4), 6: new Uint8Array(16) };

/** Asks who has an address without saying who asks, so that nobody learns anything (RFC 5227, RFC 4861 §7.2.2). */
export function renderProbe(mac: string, address: string): Uint8Array {
  const ip = parseIp(address);
  if (ip.family === 4) return renderArp({ mac, to: everybody, operation: 1, sender: nobody[4], target: bytesOfIp(ip) });
  const target = bytesOfIp(ip);
  const tail = target.subarray(13);
  const group = bytesOf("ff0200000000000000000001ff000000");
  group.set(tail, 13);
  const message = Uint8Array.of(135, 0, 0, 0, 0, 0, 0, 0, ...target);
  return renderIcmp6({ mac, to: `33:33:ff:${hex(tail, ":")}`, source: nobody[6], destination: group, message });
}

/** Says that an address lives here: ARP as request and as answer (some listen to one of them only), or an unsolicited NA. */
export function renderAnnouncement(mac: string, address: string): readonly Uint8Array[] {
  const ip = parseIp(address);
  const own = bytesOfIp(ip);
  if (ip.family === 4) {
    return [1, 2].map((operation) => renderArp({ mac, to: everybody, operation, sender: own, target: own }));
  }
  // Override; option 2 is the target's link-layer address.
  const message = Uint8Array.of(136, 0, 0, 0, 0x20, 0, 0, 0, ...own, 2, 1, ...bytesOf(mac));
  return [renderIcmp6({ mac, to: allNodes.mac, source: own, destination: allNodes.ip, message })];
}

/**
 * Looks through received bytes for somebody who says that an address is theirs. Frames may be cut or run into each other: the pattern
 * is long enough to be known anywhere.
 *
 * @returns the other's MAC
 */
export function findClaim(received: Uint8Array, address: string, ownMac: string): string | undefined {
  const ip = parseIp(address);
  const text = Buffer.from(received.buffer, received.byteOffset, received.byteLength);
  const target = Buffer.from(bytesOfIp(ip));
  const before = Buffer.from(bytesOf(ip.family === 4 ? "080600010800060400" : "86dd"));
  for (let at = text.indexOf(before); at >= 0; at = text.indexOf(before, at + 1)) {
    const mac = ip.family === 4 ? arpSender(text, at, target) : advertiser(text, at, target);
    if (mac !== undefined && mac !== ownMac.toLowerCase()) return mac;
  }
  return undefined;
}

/** A request tells as much as an answer: its sender has that address. */
function arpSender(text: Buffer, at: number, target: Buffer): string | undefined {
  const sender = at + 10;
  if (!text.subarray(sender + 6, sender + 10).equals(target)) return undefined;
  return hex(text.subarray(sender, sender + 6), ":");
}

/** An advertisement of the target, from whichever MAC its option or its frame says. */
function advertiser(text: Buffer, at: number, target: Buffer): string | undefined {
  const icmp = at + 2 + 40;
  const isAdvertisement = text[at + 8] === 58 && text[icmp] === 136;
  if (!isAdvertisement || !text.subarray(icmp + 8, icmp + 24).equals(target)) return undefined;
  return at >= 6 ? hex(text.subarray(at - 6, at), ":") : undefined;
}

function renderArp(options: {
  readonly mac: string;
  readonly to: string;
  readonly operation: number;
  readonly sender: Uint8Array;
  readonly target: Uint8Array;
}): Uint8Array {
  const { mac, to, operation, sender, target } = options;
  const isAnswer = operation === 2;
  return padded([
    ...bytesOf(to),
    ...bytesOf(mac),
    ...bytesOf("08060001080006040000").with(9, operation),
    ...bytesOf(mac),
    ...sender,
    ...bytesOf(isAnswer ? to : "00:00:00:00:00:00"),
    ...target,
  ]);
}

/** @param options.message  ICMPv6 with a checksum of zero, which is filled in */
function renderIcmp6(options: {
  readonly mac: string;
  readonly to: string;
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly message: Uint8Array;
}): Uint8Array {
  const { mac, to, source, destination, message } = options;
  const pseudo = Uint8Array.of(...source, ...destination, 0, 0, 0, message.length, 0, 0, 0, 58);
  const checksum = onesComplement(Uint8Array.of(...pseudo, ...message));
  const sealed = message.with(2, checksum >> 8).with(3, checksum & 0xff);
  const header = [0x60, 0, 0, 0, 0, message.length, 58, 255];
  return padded([...bytesOf(to), ...bytesOf(mac), 0x86, 0xdd, ...header, ...source, ...destination, ...sealed]);
}

function onesComplement(bytes: Uint8Array): number {
  let sum = 0;
  for (let n = 0; n < bytes.length; n += 2) sum += ((bytes[n] ?? 0) << 8) | (bytes[n + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return ~sum & 0xffff;
}

function padded(bytes: readonly number[]): Uint8Array {
  const frame = new Uint8Array(frameBytes);
  frame.set(bytes);
  return frame;
}

function bytesOfIp({ family, value }: Ip): Uint8Array {
  return bytesOf(value.toString(16).padStart(family === 4 ? 8 : 32, "0"));
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(":", ""), "hex"));
}

function hex(bytes: Uint8Array, separator: string): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(separator);
}
