/** What `subresources.kubevirt.io` offers, as discovery lists it, and what upstream has that comes later. */

export type Owner = "virtualmachines" | "virtualmachineinstances";

/** How a subresource is asked: a question (GET), an order (PUT), or a stream (an upgraded GET). */
export type Manner = "question" | "order" | "stream";

export const offered: Readonly<Record<Owner, Readonly<Record<string, Manner>>>> = {
  virtualmachines: {
    start: "order",
    stop: "order",
    restart: "order",
    "expand-spec": "question",
    portforward: "stream",
  },
  virtualmachineinstances: {
    pause: "order",
    unpause: "order",
    softreboot: "order",
    reset: "order",
    guestosinfo: "question",
    userlist: "question",
    filesystemlist: "question",
    console: "stream",
    portforward: "stream",
  },
};

/** Known upstream, not served yet: refused with the sentence that upstream has for the feature being off, or with ours. */
export const comesLater: Readonly<Record<Owner, Readonly<Record<string, string>>>> = {
  virtualmachines: {
    migrate: "Cannot migrate: this Peapod has no live migration; stop and start the machine instead",
    addvolume: "Unable to Add Volume because HotplugVolumes feature gate is not enabled.",
    removevolume: "Unable to Remove Volume because HotplugVolumes feature gate is not enabled.",
    memorydump: "Unable to memory dump because HotplugVolumes feature gate is not enabled.",
    removememorydump: "Unable to memory dump because HotplugVolumes feature gate is not enabled.",
    evacuate: "Cannot cancel an evacuation: this Peapod has no live migration",
    objectgraph: "'ObjectGraph' feature gate is not enabled",
  },
  virtualmachineinstances: {
    vnc: "Cannot show the screen: this Peapod has no VNC yet; use the console",
    usbredir: "Not configured with USB Redirection",
    vsock: "'VSOCK' feature gate is not enabled",
    freeze: "Cannot freeze file systems: this Peapod has no snapshots yet",
    unfreeze: "Cannot unfreeze file systems: this Peapod has no snapshots yet",
    addvolume: "Unable to Add Volume because HotplugVolumes feature gate is not enabled.",
    removevolume: "Unable to Remove Volume because HotplugVolumes feature gate is not enabled.",
    evacuate: "Cannot cancel an evacuation: this Peapod has no live migration",
    backup: "'IncrementalBackup' feature gate is not enabled",
    "redefine-checkpoint": "'IncrementalBackup' feature gate is not enabled",
    objectgraph: "'ObjectGraph' feature gate is not enabled",
    sev: "Attestation not requested for VMI",
  },
};

/** As in an APIResourceList: GET and upgrades are `get`, PUT is `update`. */
export const apiResources = [
  ...Object.entries(offered).flatMap(([owner, subresources]) =>
    Object.entries(subresources).map(([name, manner]) => ({
      name: `${owner}/${name}`,
      singularName: "",
      namespaced: true,
      kind: owner === "virtualmachines" ? "VirtualMachine" : "VirtualMachineInstance",
      verbs: [manner === "order" ? "update" : "get"],
    })),
  ),
  { name: "expand-vm-spec", singularName: "", namespaced: true, kind: "VirtualMachine", verbs: ["update"] },
];
