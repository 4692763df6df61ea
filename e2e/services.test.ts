/** Services lead to guests, from guests and from outside; ssh and scp lead into them. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Service } from "@peapod/api";
import { addressOf, answerOf, eventually, execute, guestImage, type Peapod, startPeapod, succeed } from "./harness.ts";
import { guestReference, machine, namespace, rootDisk } from "./machines.ts";
import { createUnderlay } from "./underlay.ts";

test("guests are reached by services and by ssh", async (t) => {
  const lan = await createUnderlay({ addresses: ["192.0.2.1/24"] });
  t.after(() => lan[Symbol.asyncDispose]());
  const images = { [guestReference]: guestImage() };
  const peapod = await startPeapod(t, { images, env: { PEAPOD_LISTEN: "0.0.0.0:6443" } });
  const key = await makeKey(peapod);
  await peapod.apply(machine("web", { disks: [rootDisk(), seed(key.publicKey)] }));
  const domain = { devices: { interfaces: [{ name: "default", bridge: {} }] } };
  await peapod.apply(machine("shop", { disks: [rootDisk(), seed(key.publicKey)], domain }));
  for (const name of ["web", "shop"]) {
    assert.match(await answerOf(await addressOf(peapod, name)), new RegExp(`^Hello from ${name}$`, "m"));
    await peapod.kubectl("wait", `vm/${name}`, "--for=condition=Ready", "--timeout=120s");
  }
  const inside = (name: string, command: string) =>
    peapod.virtctl("ssh", `peapod@vm/${name}`, "-i", key.path, "--known-hosts=", "-t", "-q", "-c", command);
  const helloFrom = (name: string, target: string) =>
    eventually(`${name} gets an answer of ${target}`, async () => {
      const { code, stdout } = await inside(name, get(target));
      return code === 0 ? /^Hello from (\w+)$/m.exec(stdout)?.[1] : undefined;
    });

  await t.test("ssh: a command is run by whom the target names, and its exit code is ours", async () => {
    const said = await eventually("web's ssh server is up", async () => {
      const { code, stdout } = await inside("web", "echo $USER of $(hostname)");
      return code === 0 ? stdout : undefined;
    });
    assert.equal(said, "peapod of web\n");
    assert.equal((await inside("web", "exit 42")).code, 42);
    const refused = await peapod.virtctl("ssh", "nobody@vmi/web/default", "--known-hosts=", "-t", "-oBatchMode=yes");
    assert.equal(refused.code, 255);
    assert.match(refused.stderr, /Permission denied/);
  });

  await t.test("scp: files go there and folders come back", async () => {
    const here = join(peapod.dataDir, "copies");
    mkdirSync(here);
    writeFileSync(join(here, "letter"), "dear guest\n");
    const copy = (...args: readonly string[]) =>
      peapod.virtctl("scp", "-i", key.path, "--known-hosts=", "-t", "-q", ...args);
    succeed(await copy(join(here, "letter"), "peapod@vm/web:letter"));
    succeed(await inside("web", "mkdir -p sub && tr a-z A-Z < letter > sub/answer"));
    succeed(await copy("--recursive", "peapod@vmi/web/default:sub", here));
    assert.equal(readFileSync(join(here, "sub/answer"), "utf8"), "DEAR GUEST\n");
  });

  const expose = async (vm: string, name: string, ...flags: readonly string[]): Promise<Service> => {
    const { stdout } = succeed(await peapod.virtctl("expose", "vm", vm, "--name", name, "--port", "80", ...flags));
    assert.equal(stdout, `Service ${name} successfully created for vm ${vm}\n`);
    return (await peapod.client()).get(Service, { namespace, name });
  };
  const web = await expose("web", "web", "--type", "NodePort");
  const shop = await expose("shop", "shop");
  const [webIp = "", shopIp = ""] = [web, shop].map(({ spec }) => spec?.clusterIP);

  await t.test("guests reach each other and themselves by cluster IPs, behind either binding", async () => {
    assert.equal(await helloFrom("shop", webIp), "web");
    assert.equal(await helloFrom("web", shopIp), "shop");
    assert.equal(await helloFrom("web", webIp), "web");
    assert.equal(await helloFrom("shop", shopIp), "shop");
    assert.match(await answerOf(webIp), /^Hello from web$/m, "the machine does, too");
  });

  await t.test("the outside reaches a guest by a port of the machine", async () => {
    const host = await lan.addHost("outside", ["192.0.2.2/24"], "192.0.2.1");
    const port = web.spec?.ports?.[0]?.nodePort ?? 0;
    assert.match((await host.get(`http://192.0.2.1:${port}/`)) ?? "", /^Hello from web$/m);
  });

  await t.test("guests and the machine reach the API by its service", async () => {
    const { stdout } = succeed(await inside("shop", "nc -w 5 10.96.0.1 443 < /dev/null && echo connected"));
    assert.equal(stdout, "connected\n");
    const { ca } = await certificates(peapod);
    const answer = succeed(await execute("curl", ["-sS", "--cacert", ca, "https://10.96.0.1/readyz"]));
    assert.equal(answer.stdout, "ok");
  });

  await t.test("a service has whoever is ready, and refuses when nobody is", async () => {
    const both = { ...{ apiVersion: "v1", kind: "Service" }, metadata: { name: "both" } };
    const spec = { selector: { "kubevirt.io": "virt-launcher" }, ports: [{ port: 80 }] };
    await peapod.apply(`${JSON.stringify({ ...both, spec })}\n`);
    const { spec: given } = await (await peapod.client()).get(Service, { namespace, name: "both" });
    const bothIp = given?.clusterIP ?? "";
    await eventually("both answer", async () => {
      const said = await Promise.all([1, 2, 3, 4].map(() => helloFrom("shop", bothIp)));
      return new Set(said).size === 2 || undefined;
    });
    succeed(await peapod.virtctl("stop", "web", "--force", "--grace-period=0"));
    await eventually("web's service refuses", async () => {
      const { stderr } = await inside("shop", get(webIp));
      return /refused/.test(stderr) || undefined;
    });
    for (let n = 0; n < 4; n += 1) assert.equal(await helloFrom("shop", bothIp), "shop");
  });

  await t.test("services go on without Peapod, and are brought up to date when it is back", async () => {
    peapod.kill("control-plane", "agent");
    assert.match(await answerOf(shopIp), /^Hello from shop$/m);
    await peapod.up();
    assert.match(await answerOf(shopIp), /^Hello from shop$/m);
    await peapod.kubectl("delete", "svc", "shop");
    await eventually("the service's address leads nowhere", async () => {
      const { code } = await execute("curl", ["-sS", "--max-time", "2", `http://${shopIp}/`]);
      return code !== 0 || undefined;
    });
    assert.match(await answerOf(await addressOf(peapod, "shop")), /^Hello from shop$/m);
  });

  await t.test("a service that exposes a machine goes with it", async () => {
    await peapod.kubectl("delete", "vm", "web", "--timeout=60s");
    await eventually("web's service is gone", async () => {
      return (await (await peapod.client()).find(Service, { namespace, name: "web" })) === undefined || undefined;
    });
  });
});

/** busybox's wget is not to be trusted when it is linked statically. */
function get(address: string): string {
  return `printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 5 ${address} 80`;
}

/** The certificate that the API's own is signed with, as a file. */
async function certificates(peapod: Peapod): Promise<{ readonly ca: string }> {
  const ca = join(peapod.dataDir, "api-ca.crt");
  const path = "jsonpath={.clusters[0].cluster.certificate-authority-data}";
  const encoded = await peapod.kubectl("config", "view", "--raw", "-o", path);
  writeFileSync(ca, Buffer.from(encoded, "base64"));
  return { ca };
}

/** A key pair for logins without a password. */
async function makeKey(peapod: Peapod): Promise<{ readonly path: string; readonly publicKey: string }> {
  const path = join(peapod.dataDir, "login-key");
  succeed(await execute("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", path]));
  return { path, publicKey: readFileSync(`${path}.pub`, "utf8").trim() };
}

function seed(publicKey: string) {
  const userData = `#cloud-config\nssh_authorized_keys:\n  - ${publicKey}\n`;
  return { name: "seed", disk: { bus: "virtio" }, volume: { cloudInitNoCloud: { userData } } };
}
