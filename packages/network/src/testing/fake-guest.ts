import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "@peapod/machinery/node";

/**
 * Stands in for a guest: a namespace whose `eth0` is the far end of a tap. Two socats carry the frames between the tap in the pod's
 * namespace, opened as QEMU would, and one in the guest's.
 */
export interface FakeGuest extends AsyncDisposable {
  /** Name of its namespace, for `ip netns exec`. */
  readonly netns: string;
  /** Runs a program inside and gives what it printed. */
  readonly run: (...argv: readonly string[]) => Promise<string>;
  /** Asks for an address by DHCP and takes it; what the server said, by udhcpc's names (`ip`, `router`, `staticroutes`, `mtu`, …). */
  readonly dhcp: () => Promise<Readonly<Record<string, string>>>;
  /** Waits for a router's advertisement, then asks for an address by DHCPv6 and takes it. @returns the address */
  readonly dhcp6: () => Promise<string>;
  /** Waits for an address that it makes itself of an advertised prefix. */
  readonly hasAddress: (address: string) => Promise<void>;
  /** A web server that answers every request with `text`. */
  readonly serve: (port: number, text: string) => Promise<void>;
}

export interface FakeGuestOptions {
  readonly name: string;
  /** Name of the pod's namespace. */
  readonly podNetns: string;
  readonly tap: string;
  readonly mac: string;
  /** For its socket and scripts. */
  readonly folder: string;
}

/** Asks for what guests ask for; option numbers beyond udhcpc's own come as `opt224` in hex. */
const asked = ["hostname", "search", "domain", "dns", "ntpsrv", "mtu", "staticroutes", "router", "tftp", "bootfile"];

export async function startFakeGuest(options: FakeGuestOptions): Promise<FakeGuest> {
  const { name, podNetns, tap, mac, folder } = options;
  await mkdir(folder, { recursive: true });
  await using undo = new AsyncDisposableStack();
  const children: ChildProcess[] = [];
  const start = (argv: readonly string[]): ChildProcess => {
    const child = spawn(argv[0] ?? "", argv.slice(1), { stdio: "ignore" });
    children.push(child);
    return child;
  };
  await run(["ip", "netns", "add", name]);
  undo.defer(async () => {
    for (const child of children) child.kill("SIGKILL");
    await run(["ip", "netns", "delete", name]);
    await rm(folder, { recursive: true, force: true });
  });
  const socket = join(folder, "wire");
  const tun = (ifName: string): string => `TUN,tun-name=${ifName},tun-type=tap,iff-no-pi`;
  start(["ip", "netns", "exec", podNetns, "socat", "-b", "70000", tun(tap), `UNIX-LISTEN:${socket},type=5`]);
  start([
    "ip",
    "netns",
    "exec",
    name,
    "socat",
    "-b",
    "70000",
    tun("eth0"),
    `UNIX-CONNECT:${socket},type=5,retry=200,interval=0.02`,
  ]);
  const inside = async (...argv: readonly string[]): Promise<string> =>
    (await run(["ip", "netns", "exec", name, ...argv], { timeoutMs: 30_000 })).stdout;
  await until(() => inside("ip", "link", "show", "eth0"));
  await inside("ip", "link", "set", "lo", "up");
  await inside("ip", "link", "set", "eth0", "address", mac, "up");
  const script = join(folder, "udhcpc.sh");
  const answer = join(folder, "answer");
  await writeFile(script, `#!/bin/sh\n[ "$1" != bound ] || env > ${answer}\n`, { mode: 0o755 });
  const script6 = join(folder, "dhclient.sh");
  const take = `ip -6 address replace "$new_ip6_address/128" dev "$interface" nodad && echo "$new_ip6_address" > ${answer}6`;
  await writeFile(script6, `#!/bin/sh\n[ "$reason" != BOUND6 ] || { ${take}; }\n`, { mode: 0o755 });
  const guest: FakeGuest = {
    netns: name,
    run: inside,
    dhcp: async () => {
      const wishes = [...asked, "224", "225"].flatMap((option) => ["-O", option]);
      await inside("busybox", "udhcpc", "-i", "eth0", "-f", "-q", "-n", "-t", "10", "-T", "1", "-s", script, ...wishes);
      const lines = (await readFile(answer, "utf8")).split("\n").filter((line) => line.includes("="));
      const said = Object.fromEntries(
        lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
      );
      await inside("ip", "address", "replace", `${said["ip"]}/${said["mask"]}`, "dev", "eth0");
      if (said["mtu"] !== undefined) await inside("ip", "link", "set", "eth0", "mtu", said["mtu"]);
      const routes =
        said["staticroutes"]?.split(" ") ?? (said["router"] === undefined ? [] : ["0.0.0.0/0", said["router"]]);
      for (let n = 0; n + 1 < routes.length; n += 2) {
        const [destination = "", gateway = ""] = routes.slice(n);
        const via = gateway === "0.0.0.0" ? [] : ["via", gateway];
        await inside("ip", "route", "replace", destination, ...via, "dev", "eth0");
      }
      return said;
    },
    dhcp6: async () => {
      await until(async () => {
        if (!(await inside("ip", "-6", "route")).includes("default")) throw new Error("no router advertised itself");
        // The client does not speak from an address that might be another's.
        const tentative = await inside("ip", "-6", "address", "show", "dev", "eth0", "tentative");
        if (tentative !== "") throw new Error(`its addresses are not sure yet: ${tentative}`);
      });
      await inside(
        "dhclient",
        "-6",
        "-1",
        "-cf",
        "/dev/null",
        "-sf",
        script6,
        "-lf",
        `${answer}6.lease`,
        "-pf",
        `${answer}6.pid`,
        "eth0",
      );
      // Its parent does not wait for it to say which it is. It would renew.
      await until(async () => process.kill(Number(await readFile(`${answer}6.pid`, "utf8")), "SIGKILL"));
      return (await readFile(`${answer}6`, "utf8")).trim();
    },
    hasAddress: (address) =>
      until(async () => {
        const shown = await inside("ip", "-6", "address", "show", "dev", "eth0", "scope", "global", "-tentative");
        if (!shown.includes(`${address}/`)) throw new Error(`it has no address ${address}: ${shown}`);
      }),
    serve: async (port, text) => {
      const www = join(folder, `www-${port}`);
      await mkdir(www);
      await writeFile(join(www, "index.html"), text);
      start(["ip", "netns", "exec", name, "busybox", "httpd", "-f", "-p", String(port), "-h", www]);
      await until(() => inside("socat", "-u", "/dev/null", `TCP:127.0.0.1:${port}`));
    },
    [Symbol.asyncDispose]: () => steps.disposeAsync(),
  };
  const steps = undo.move();
  return guest;
}

/** Repeats until it no longer throws. */
export async function until(attempt: () => Promise<unknown>): Promise<void> {
  for (let n = 0; ; n += 1) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (n > 300) throw error;
      await sleep(20);
    }
  }
}
