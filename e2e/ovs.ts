/** An Open vSwitch on the machine, with hosts on its VLANs. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { eventually, execute, succeed } from "./harness.ts";
import { createHost, type Host } from "./host.ts";

export interface Switch extends AsyncDisposable {
  /**
   * @param addresses  with prefix length
   * @param vlan  of its port; undefined: a trunk of all
   */
  addHost(name: string, addresses: readonly string[], vlan: number | undefined): Promise<Host>;
  /** `ovs-vsctl` on this switch; throws with what it said. */
  vsctl(...args: readonly string[]): Promise<string>;
}

const folder = "/run/openvswitch";

/**
 * Starts Open vSwitch where ovs-cni looks for it, with the userspace datapath (kernels without the openvswitch module have no other),
 * and makes a bridge.
 */
export async function createSwitch(bridge: string): Promise<Switch> {
  await using undo = new AsyncDisposableStack();
  mkdirSync(folder, { recursive: true });
  succeed(await execute("ovsdb-tool", ["create", `${folder}/conf.db`, "/usr/share/openvswitch/vswitch.ovsschema"]));
  const socket = `unix:${folder}/db.sock`;
  const vsctl = async (...args: readonly string[]): Promise<string> =>
    succeed(await execute("ovs-vsctl", [`--db=${socket}`, "--timeout=20", ...args])).stdout;
  undo.use(start("ovsdb-server", [`${folder}/conf.db`, `--remote=p${socket}`]));
  await eventually("the switch's database answers", () => existsSync(`${folder}/db.sock`) || undefined);
  succeed(await execute("ovs-vsctl", [`--db=${socket}`, "--timeout=20", "--no-wait", "init"]));
  undo.use(start("ovs-vswitchd", [socket]));
  await vsctl("add-br", bridge, "--", "set", "bridge", bridge, "datapath_type=netdev");
  const resources = undo.move();
  return {
    vsctl,
    addHost: (name, addresses, vlan) =>
      createHost(
        name,
        addresses,
        {
          async connect(link) {
            succeed(await execute("ip", ["link", "set", link, "up"]));
            await vsctl("add-port", bridge, link, ...(vlan === undefined ? [] : [`tag=${vlan}`]));
          },
        },
        { undo: resources },
      ),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

function start(program: string, args: readonly string[]): AsyncDisposable {
  const child = spawn(program, args, { stdio: "ignore", env: { ...process.env, OVS_RUNDIR: folder } });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  return {
    async [Symbol.asyncDispose]() {
      child.kill();
      await ended;
    },
  };
}
