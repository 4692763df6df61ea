import assert from "node:assert/strict";
import test from "node:test";
import { findClaim, renderAnnouncement, renderProbe } from "./frames.ts";

const mac = "02:00:00:00:00:01";
const other = "02:00:00:00:00:02";

test("renderProbe() asks by ARP without a sender, so that nobody learns from the question", () => {
  assert.equal(
    hex(renderProbe(mac, "10.7.120.100")).slice(0, 84),
    "ffffffffffff0200000000010806000108000604000102000000000100000000000000000000" + "0a077864",
  );
  assert.equal(findClaim(renderProbe(other, "10.7.120.100"), "10.7.120.100", mac), undefined);
});

test("renderProbe() asks an IPv6 address's own group, with a right checksum", () => {
  const frame = renderProbe(mac, "fd00::5");
  assert.equal(hex(frame).slice(0, 28), "3333ff000005020000000001" + "86dd");
  assert.equal(hex(frame).slice(76, 108), "ff0200000000000000000001ff000005");
  assert.equal(checksumOver(frame), 0xffff);
});

test("renderAnnouncement() says as request and as answer, and for IPv6 to all nodes, whose the address is", () => {
  const announced = renderAnnouncement(other, "10.7.120.100");
  assert.equal(announced.length, 2);
  for (const frame of announced) assert.equal(findClaim(frame, "10.7.120.100", mac), other);
  const [advertisement] = renderAnnouncement(other, "fd00::5");
  assert.ok(advertisement);
  assert.equal(checksumOver(advertisement), 0xffff);
  assert.equal(findClaim(advertisement, "fd00::5", mac), other);
});

test("findClaim() finds an answer among other frames, and ignores our own and those about others", () => {
  const [, answer] = renderAnnouncement(other, "10.0.0.5");
  const noise = Buffer.alloc(1000, 8);
  const wire = Buffer.concat([noise, renderProbe(mac, "10.0.0.5"), answer ?? noise, noise]);
  assert.equal(findClaim(wire, "10.0.0.5", mac), other);
  assert.equal(findClaim(wire, "10.0.0.6", mac), undefined);
  assert.equal(findClaim(wire, "10.0.0.5", other), undefined);
});

/** Of the IPv6 pseudo header and the ICMPv6 message: all ones when the checksum in it is right. */
function checksumOver(frame: Uint8Array): number {
  const length = ((frame[18] ?? 0) << 8) | (frame[19] ?? 0);
  const bytes = [...frame.subarray(22, 54), 0, 0, 0, length, 0, 0, 0, 58, ...frame.subarray(54, 54 + length)];
  let sum = 0;
  for (let n = 0; n < bytes.length; n += 2) sum += ((bytes[n] ?? 0) << 8) | (bytes[n + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return sum;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
