import assert from "node:assert/strict";
import { test } from "node:test";
import { firmwareUuid, uuidV5 } from "./firmware-uuid.ts";

test("uuidV5() agrees with RFC 9562's example", () => {
  assert.equal(
    uuidV5("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.example.com"),
    "2ed6657d-e927-568b-95e1-2665a8aea6a2",
  );
});

test("firmwareUuid() gives a VM the UUID that upstream derives from its name", () => {
  assert.match(firmwareUuid("testvm"), /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(firmwareUuid("testvm"), firmwareUuid("testvm"));
  assert.notEqual(firmwareUuid("testvm"), firmwareUuid("testvm2"));
});
