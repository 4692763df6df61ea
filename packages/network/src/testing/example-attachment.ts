import type { Attachment } from "../attachment.ts";

/** An interface of a bridged guest, but for what the test says of it. */
export function exampleAttachment(how: Partial<Attachment> = {}): Attachment {
  return {
    name: "default",
    binding: "bridge",
    podInterfaceName: "eth0",
    backend: { type: "tap", ifName: "tap0" },
    mac: "02:00:00:00:00:01",
    mtu: 1500,
    ipAddresses: [],
    ...how,
  };
}
