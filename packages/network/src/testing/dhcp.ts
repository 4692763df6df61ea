/** What a DHCP client says; options are numbers with their bytes. */
export interface DhcpMessage {
  readonly mac: string;
  readonly options: readonly (readonly [option: number, bytes: readonly number[]])[];
}

export const dhcpTypes = { discover: 1, request: 3, decline: 4, release: 7 } as const;

/** A message to a server as clients broadcast it, for what no client of the distribution would say. */
export function renderDhcp({ mac, options }: DhcpMessage): Buffer {
  const head = Buffer.alloc(240);
  head.set([1, 1, 6, 0]); // a request, Ethernet, addresses of six bytes
  head.writeUInt32BE(0x1234_5678, 4);
  head.set(
    mac.split(":").map((byte) => Number.parseInt(byte, 16)),
    28,
  );
  head.writeUInt32BE(0x6382_5363, 236);
  const tail = options.flatMap(([option, bytes]) => [option, bytes.length, ...bytes]);
  return Buffer.concat([head, Buffer.from([...tail, 255])]);
}
