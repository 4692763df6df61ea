import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { parseResolvConf, processStartTime, readResolvers } from "./machine.ts";

test("parseResolvConf() reads servers and the last search list", () => {
  const text = "# c\nnameserver 10.0.0.1 # x\nnameserver fd00::1\nsearch a b\nsearch c. d\ndomain e\noptions ndots:5\n";
  assert.deepEqual(parseResolvConf(text), { nameservers: ["10.0.0.1", "fd00::1"], search: ["e"] });
  assert.deepEqual(parseResolvConf("search .\n"), { nameservers: [], search: [] });
});

test("readResolvers() looks past a server on the machine's loopback to those that it asks", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "network-resolv-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [stub, real] = [join(folder, "stub"), join(folder, "real")];
  writeFileSync(stub, "nameserver 127.0.0.53\nsearch lan\n");
  writeFileSync(real, "nameserver 192.168.1.1\n");
  assert.deepEqual(await readResolvers([stub, real]), { nameservers: ["192.168.1.1"], search: ["lan"] });
  assert.deepEqual(await readResolvers([stub]), { nameservers: [], search: ["lan"] });
});

test("processStartTime() tells this process from one that is not there", () => {
  assert.equal(processStartTime(process.pid), processStartTime("self"));
  assert.match(processStartTime("self") ?? "", /^\d+$/);
  assert.equal(processStartTime(2 ** 30), undefined);
});
