import assert from "node:assert/strict";
import test from "node:test";
import { bindingNames } from "./binding/names.ts";
import { renderCniConfig } from "./cni-config.ts";
import { renderDefaultNetwork } from "./default-network.ts";
import { hostLinkName, hostNames, podNamespaceName } from "./host-names.ts";
import { renderHostNft } from "./host-nft.ts";

test("names on the machine begin with the instance and fit the kernel", () => {
  assert.deepEqual(hostNames("ab12cd"), { prefix: "ppab12cd", bridge: "ppab12cdbr", nftTable: "peapod_ab12cd" });
  assert.equal(podNamespaceName("ab12cd", 7), "ppab12cd-7");
  assert.deepEqual([hostLinkName("ab12cd", 4096, 0), hostLinkName("ab12cd", 7, 1)], ["ppab12cdv4096", "ppab12cdv7i1"]);
  for (const name of ["eth0", "net12", "pod37a8eec1ce1"]) {
    const { bridge, tap, nic, standInPeer } = bindingNames(name);
    for (const link of [bridge, tap, nic, standInPeer]) assert.ok(link.length <= 15, link);
  }
});

test("renderHostNft() translates what leaves the pod network, and nothing inside of it", () => {
  const options = {
    table: "peapod_ab12cd",
    bridge: "ppab12cdbr",
    podSubnet: "10.244.3.0/24",
    podNetwork: "10.244.0.0/16",
  };
  assert.equal(
    renderHostNft(options),
    `add table ip peapod_ab12cd
delete table ip peapod_ab12cd
table ip peapod_ab12cd {
  chain postrouting {
    type nat hook postrouting priority srcnat;
    ip saddr 10.244.3.0/24 ip daddr != { 10.244.0.0/16, 224.0.0.0/4 } oifname != "ppab12cdbr" masquerade
  }
}
`,
  );
});

test("renderDefaultNetwork() is the same on every node, which fills in its own bridge", () => {
  const nad = renderDefaultNetwork();
  assert.equal(nad.metadata.name, "k8s-pod-network");
  const [bridge] = renderCniConfig(nad, { bridge: "ppab12cdbr", mtu: 1400, stateDir: "/d" }).plugins;
  assert.deepEqual([bridge?.["bridge"], bridge?.["mtu"], bridge?.["hairpinMode"]], ["ppab12cdbr", 1400, true]);
});
