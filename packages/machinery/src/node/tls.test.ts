import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import type { TLSSocket } from "node:tls";
import { WebSocketServer } from "ws";
import { connectWebSocket } from "./connect-web-socket.ts";
import { createHttpsFetch } from "./https-fetch.ts";

test("createHttpsFetch() and connectWebSocket() show a client certificate and trust a CA of their own", async (t) => {
  const { ca, server: serving, client } = certificates(t);
  const server = createServer({ ca, ...serving, requestCert: true, rejectUnauthorized: true }, (request, response) => {
    response.end((request.socket as TLSSocket).getPeerCertificate().subject.CN as string);
  });
  const sockets = new WebSocketServer({ server });
  sockets.on("connection", (socket, request) => {
    socket.send((request.socket as TLSSocket).getPeerCertificate().subject.CN as string);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    for (const socket of sockets.clients) socket.terminate();
    server.close();
    server.closeAllConnections();
  });
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;

  using https = createHttpsFetch({ server: url, ca, ...client });
  assert.equal(await (await https.fetch(new Request("http://x/"))).text(), "system:node:n1");
  const connection = await connectWebSocket(url, { ca, ...client });
  const { value } = await connection.readable.getReader().read();
  assert.equal(new TextDecoder().decode(value), "system:node:n1");

  using stranger = createHttpsFetch({ server: url, ...client });
  await assert.rejects(stranger.fetch(new Request("http://x/")), { message: `Cannot reach ${url}` });
  using insecure = createHttpsFetch({ server: url, insecure: true, ...client });
  assert.equal((await insecure.fetch(new Request("http://x/"))).status, 200);
  using nobody = createHttpsFetch({ server: url, ca });
  await assert.rejects(nobody.fetch(new Request("http://x/")));
});

/** A CA, a certificate for 127.0.0.1 and one for a client. */
function certificates(t: test.TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "machinery-tls-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const openssl = (...argv: string[]) => execFileSync("openssl", argv, { cwd: folder, stdio: "pipe" });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"];
  openssl("req", "-x509", ...key, "-subj", "/CN=ca", "-keyout", "ca.key", "-out", "ca.crt");
  const issue = (name: string, subject: string, more: readonly string[]) => {
    const from = ["-CA", "ca.crt", "-CAkey", "ca.key"];
    openssl(
      "req",
      "-x509",
      ...key,
      ...from,
      "-subj",
      subject,
      ...more,
      "-keyout",
      `${name}.key`,
      "-out",
      `${name}.crt`,
    );
    return { cert: read(`${name}.crt`), key: read(`${name}.key`) };
  };
  const read = (file: string) => readFileSync(join(folder, file), "utf8");
  return {
    ca: read("ca.crt"),
    server: issue("server", "/CN=server", ["-addext", "subjectAltName=IP:127.0.0.1"]),
    client: issue("client", "/CN=system:node:n1", []),
  };
}
