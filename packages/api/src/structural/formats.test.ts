import assert from "node:assert/strict";
import { test } from "node:test";
import { isIpv6, matchesFormat } from "./formats.ts";

function check(format: string, good: readonly string[], bad: readonly string[]): void {
  for (const text of good) assert.ok(matchesFormat(format, text), `${format} ${text}`);
  for (const text of bad) assert.ok(!matchesFormat(format, text), `${format} ${text}`);
}

test("matchesFormat() knows times and dates", () => {
  check(
    "date-time",
    ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05.678+02:00"],
    ["2026-01-02", "2026-13-02T03:04:05Z", "x"],
  );
  check("date", ["2024-02-29"], ["2023-02-29", "2026-1-1"]);
  check("duration", ["1h30m", "-1.5s", "0", "2 days"], ["1x", "", "h"]);
});

test("matchesFormat() knows addresses", () => {
  check("ipv4", ["10.0.2.1", "0.0.0.0"], ["10.0.2", "10.0.2.256", "01.2.3.4", "1.2.3.4."]);
  check("cidr", ["10.0.0.0/8", "fd10::/64"], ["10.0.0.0", "10.0.0.0/33", "::/129"]);
  check("mac", ["02:00:00:00:00:01", "02-00-00-00-00-01"], ["02:00:00:00:00", "02:00-00:00:00:01"]);
});

test("isIpv6() follows RFC 4291", () => {
  for (const text of ["::", "::1", "fd10:0:2::2", "1:2:3:4:5:6:7:8", "::ffff:10.0.0.1", "1::"])
    assert.ok(isIpv6(text), text);
  for (const text of ["", ":", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "::1.2.3"]) {
    assert.ok(!isIpv6(text), text);
  }
});

test("matchesFormat() knows identifiers", () => {
  check("uuid", ["6a1a24a1-4061-4607-8bf4-a3963d0c5895"], ["6a1a24a1-4061-4607-8bf4"]);
  check("uuid4", ["6a1a24a1-4061-4607-8bf4-a3963d0c5895"], ["6a1a24a1-4061-5607-8bf4-a3963d0c5895"]);
  check("byte", ["", "aGk=", "aGkh"], ["aGk", "a"]);
  check("email", ["a@b.c"], ["a", "@b"]);
  check("isbn", ["0-306-40615-2", "978-0-306-40615-7"], ["0-306-40615-3"]);
  check("creditcard", ["4111 1111 1111 1111"], ["4111 1111 1111 1112"]);
});

test("matchesFormat() lets every format pass that Kubernetes does not check", () => {
  assert.ok(matchesFormat("int64", "x"));
  assert.ok(matchesFormat("constructor", "x"));
});
