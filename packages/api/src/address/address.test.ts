import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import {
  cidrOf,
  containsIp,
  formatCidr,
  formatNetmask,
  lastOf,
  overlaps,
  parseCidr,
  parseIpWithPrefix,
} from "./cidr.ts";
import { findIp, formatIp, isLinkLocal, isLoopback, parseIp } from "./ip.ts";
import { countAddresses, hostRange, intersectRanges, isInRanges, subtractRanges } from "./range.ts";
import { findRange, formatRange, mergeRangeTexts } from "./range-text.ts";

test("parseIp() and formatIp() agree on every address of both families", () => {
  const address = fc.oneof(
    fc.bigInt(0n, 2n ** 32n - 1n).map((value) => ({ family: 4 as const, value })),
    fc.bigInt(0n, 2n ** 128n - 1n).map((value) => ({ family: 6 as const, value })),
  );
  fc.assert(fc.property(address, (ip) => assert.deepEqual(parseIp(formatIp(ip)), ip)));
});

test("findIp() takes no octal digits, prefix lengths or zones", () => {
  for (const text of ["010.0.0.1", "10.1", "10.0.0.1/24", "fe80::1%eth0", "", "10.0.0.256", "a"]) {
    assert.equal(findIp(text), undefined, text);
  }
});

test("isLinkLocal() and isLoopback() know both families", () => {
  assert.deepEqual(["169.254.1.1", "fe80::1", "10.0.0.1", "fd00::1"].map(parseIp).map(isLinkLocal), [
    true,
    true,
    false,
    false,
  ]);
  assert.deepEqual(["127.0.0.53", "::1", "10.0.0.1"].map(parseIp).map(isLoopback), [true, true, false]);
});

test("parseCidr() cuts off host bits and refuses what is no subnet", () => {
  assert.equal(formatCidr(parseCidr("10.7.120.11/16")), "10.7.0.0/16");
  assert.equal(formatCidr(parseCidr("fd10:244::5/64")), "fd10:244::/64");
  assert.throws(() => parseCidr("10.0.0.0"), RangeError);
  assert.throws(() => parseIpWithPrefix("10.0.0.0/33"), /ends at 32/);
});

test("containsIp(), overlaps() and lastOf() respect the family", () => {
  const pods = parseCidr("10.244.0.0/24");
  assert.equal(containsIp(pods, parseIp("10.244.0.255")), true);
  assert.equal(containsIp(pods, parseIp("10.244.1.0")), false);
  assert.equal(containsIp(pods, { family: 6, value: pods.base }), false);
  assert.equal(overlaps(parseCidr("10.244.0.0/16"), pods), true);
  assert.equal(overlaps(parseCidr("10.245.0.0/16"), pods), false);
  assert.equal(formatIp({ family: 4, value: lastOf(cidrOf(parseIp("10.244.0.77"), 26)) }), "10.244.0.127");
});

test("formatNetmask() writes dotted masks", () => {
  assert.deepEqual([0, 8, 24, 26, 32].map(formatNetmask), [
    "0.0.0.0",
    "255.0.0.0",
    "255.255.255.0",
    "255.255.255.192",
    "255.255.255.255",
  ]);
});

test("hostRange() leaves out network and broadcast where there are any", () => {
  assert.equal(countAddresses([hostRange(parseCidr("10.0.0.0/24"))]), 254n);
  assert.equal(countAddresses([hostRange(parseCidr("10.0.0.0/31"))]), 2n);
  assert.equal(countAddresses([hostRange(parseCidr("10.0.0.9/32"))]), 1n);
});

test("subtractRanges() leaves exactly the numbers that are in a range and in no hole", () => {
  const range = fc.tuple(fc.nat(60), fc.nat(20)).map(([a, n]) => ({ first: BigInt(a), last: BigInt(a + n) }));
  fc.assert(
    fc.property(range, fc.array(range), (whole, holes) => {
      const left = subtractRanges([whole], holes);
      for (let value = whole.first; value <= whole.last; value += 1n) {
        const isHole = holes.some(({ first, last }) => value >= first && value <= last);
        const isLeft = left.filter(({ first, last }) => value >= first && value <= last).length;
        assert.equal(isLeft, isHole ? 0 : 1);
      }
    }),
  );
});

test("intersectRanges() has exactly the numbers that are in both, sorted and apart", () => {
  const range = fc.tuple(fc.nat(60), fc.nat(8)).map(([a, n]) => ({ first: BigInt(a), last: BigInt(a + n) }));
  fc.assert(
    fc.property(fc.array(range), fc.array(range), (a, b) => {
      const both = intersectRanges(a, b);
      for (let value = 0n; value < 70n; value += 1n) {
        assert.equal(isInRanges(both, value), isInRanges(a, value) && isInRanges(b, value));
      }
      for (const [index, { first }] of both.entries())
        assert.ok(index === 0 || first > (both[index - 1]?.last ?? first));
    }),
  );
});

test("findRange() reads single addresses and ordered ranges of one family, and formatRange() writes them", () => {
  for (const text of ["10.7.0.5", "10.7.0.5-10.7.0.9", "fd00::5-fd00::f"]) {
    const range = findRange(text);
    assert.equal(range && formatRange(range), text);
  }
  for (const text of [
    "",
    "10.7.0.9-10.7.0.5",
    "10.7.0.5-fd00::1",
    "10.7.0.5-",
    "10.7.0.5 - 10.7.0.9",
    "1-2-3",
    "10.7.0.0/24",
  ]) {
    assert.equal(findRange(text), undefined, text);
  }
});

test("mergeRangeTexts() joins what touches, in order, and leaves alone what it cannot read", () => {
  assert.deepEqual(mergeRangeTexts(["10.7.0.9", "10.7.0.1-10.7.0.4", "10.7.0.5", "10.7.0.2"]), [
    "10.7.0.1-10.7.0.5",
    "10.7.0.9",
  ]);
  assert.equal(mergeRangeTexts(["10.7.0.9", "x"]), undefined);
  assert.equal(mergeRangeTexts(["10.7.0.9", "fd00::1"]), undefined);
});
