import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { connect, createServer } from "node:tls";
import { run } from "@peapod/machinery/node";
import { ensurePki, type Pki } from "./ensure-pki.ts";

const now = new Date("2026-11-20T12:00:00Z");
const year = 365 * 24 * 60 * 60 * 1000;

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), "peapod-pki-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

test("ensurePki() makes certificates that a strict verifier accepts for their purpose, and for no other", async () => {
  await using folder = await temporaryFolder();
  await ensurePki(folder.path, { now: new Date() });
  const verify = (file: string, purpose: string) =>
    run([
      "openssl",
      "verify",
      "-x509_strict",
      "-purpose",
      purpose,
      "-CAfile",
      join(folder.path, "ca.crt"),
      join(folder.path, file),
    ]);
  assert.match((await verify("apiserver.crt", "sslserver")).stdout, /OK/);
  assert.match((await verify("admin.crt", "sslclient")).stdout, /OK/);
  await assert.rejects(verify("admin.crt", "sslserver"));
  await assert.rejects(verify("apiserver.crt", "sslclient"));
});

test("ensurePki() names the server by all the names it is reached by", async () => {
  await using folder = await temporaryFolder();
  const { serving } = await ensurePki(folder.path, {
    now,
    names: ["192.0.2.7", "2001:db8::7", "api.example", "0.0.0.0"],
  });
  const cert = new X509Certificate(serving.cert);
  for (const address of ["127.0.0.1", "::1", "192.0.2.7", "2001:db8::7"]) assert.ok(cert.checkIP(address), address);
  for (const name of ["localhost", "kubernetes.default.svc", "api.example"]) assert.ok(cert.checkHost(name), name);
  assert.equal(cert.checkIP("0.0.0.0"), undefined);
});

test("ensurePki() makes identities: the admin's group, an agent's user and group", async () => {
  await using folder = await temporaryFolder();
  const pki = await ensurePki(folder.path, { now });
  const node = await pki.ensureNode("n1", ["192.0.2.7"]);
  assert.equal(new X509Certificate(pki.admin.cert).subject, "O=system:masters\nCN=kubernetes-admin");
  assert.equal(new X509Certificate(node.client.cert).subject, "O=system:nodes\nCN=system:node:n1");
  assert.ok(new X509Certificate(node.serving.cert).checkIP("192.0.2.7"));
});

test("ensurePki() keeps keys from others' eyes", async () => {
  await using folder = await temporaryFolder();
  await ensurePki(join(folder.path, "pki"), { now });
  assert.equal((await stat(join(folder.path, "pki"))).mode & 0o777, 0o700);
  const keys = (await readdir(join(folder.path, "pki"))).filter((name) => name.endsWith(".key"));
  assert.deepEqual(keys.toSorted(), ["admin.key", "apiserver.key", "ca.key", "gateway.key", "service-account.key"]);
  for (const key of keys) assert.equal((await stat(join(folder.path, "pki", key))).mode & 0o777, 0o600, key);
});

test("ensurePki() finds what it made before, and changes nothing", async () => {
  await using folder = await temporaryFolder();
  const plain = ({ ensureNode: _, ...rest }: Pki) => rest;
  const first = await ensurePki(folder.path, { now });
  const again = await ensurePki(folder.path, { now: new Date(now.getTime() + 100_000_000) });
  assert.deepEqual(plain(again), plain(first));
});

test("ensurePki() renews what is about to expire, and keeps its key", async () => {
  await using folder = await temporaryFolder();
  const first = await ensurePki(folder.path, { now });
  const later = await ensurePki(folder.path, { now: new Date(now.getTime() + 0.8 * year) });
  assert.equal(later.ca, first.ca);
  assert.notEqual(later.admin.cert, first.admin.cert);
  assert.equal(later.admin.key, first.admin.key);
});

test("ensurePki() renews the authority under the same key, so that what it signed stays valid", async () => {
  await using folder = await temporaryFolder();
  const first = await ensurePki(folder.path, { now });
  const later = await ensurePki(folder.path, { now: new Date(now.getTime() + 9 * year) });
  assert.notEqual(later.ca, first.ca);
  assert.ok(new X509Certificate(first.admin.cert).verify(new X509Certificate(later.ca).publicKey));
});

test("ensurePki() issues a new server certificate when there is a new name, or the old one is broken", async () => {
  await using folder = await temporaryFolder();
  const first = await ensurePki(folder.path, { now });
  const named = await ensurePki(folder.path, { now, names: ["api.example"] });
  assert.notEqual(named.serving.cert, first.serving.cert);
  await writeFile(join(folder.path, "admin.crt"), "-----BEGIN CERTIFICATE-----\nAA");
  const mended = await ensurePki(folder.path, { now });
  assert.equal(await readFile(join(folder.path, "admin.crt"), "utf8"), mended.admin.cert);
});

test("ensurePki() makes pairs that a TLS server and its client know each other by", async () => {
  await using folder = await temporaryFolder();
  const { ca, serving, admin } = await ensurePki(folder.path);
  const server = createServer({ ca, ...serving, requestCert: true, rejectUnauthorized: true });
  const seen = Promise.withResolvers<unknown>();
  server.on("secureConnection", (socket) => {
    seen.resolve(socket.getPeerCertificate().subject);
    socket.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert.ok(address && typeof address === "object");
  const client = connect({ host: "127.0.0.1", port: address.port, ca, ...admin });
  client.on("error", seen.reject);
  assert.deepEqual({ ...((await seen.promise) as object) }, { O: "system:masters", CN: "kubernetes-admin" });
  client.destroy();
  server.close();
});
