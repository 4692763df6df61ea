/** What `subresources.kubevirt.io` offers, as discovery lists it, and what upstream has that comes later. */

export type Subresource =
  | { readonly owner: "virtualmachines"; readonly name: "start" | "stop" | "restart" | "expand-spec" | "portforward" }
  | {
      readonly owner: "virtualmachineinstances";
      readonly name:
        | ("pause" | "unpause" | "softreboot" | "reset")
        | ("guestosinfo" | "userlist" | "filesystemlist")
        | ("console" | "portforward");
    };

/** owner → subresource → verbs, in Kubernetes' terms: GET and upgrades are `get`, PUT is `update`. */
export const offered = {
  virtualmachines: {
    start: "update",
    stop: "update",
    restart: "update",
    "expand-spec": "get",
    portforward: "get",
  },
  virtualmachineinstances: {
    pause: "update",
    unpause: "update",
    softreboot: "update",
    reset: "update",
    guestosinfo: "get",
    userlist: "get",
    filesystemlist: "get",
    console: "get",
    portforward: "get",
  },
} as const;

/** Known upstream, not served yet: answered with a sentence rather than a bare 404. */
export const comesLater: Readonly<Record<keyof typeof offered, readonly string[]>> = {
  virtualmachines: [
    "migrate",
    "addvolume",
    "removevolume",
    "memorydump",
    "removememorydump",
    "evacuate",
    "objectgraph",
  ],
  virtualmachineinstances: [
    ...["vnc", "usbredir", "vsock", "freeze", "unfreeze", "addvolume", "removevolume", "evacuate", "backup"],
    ...["redefine-checkpoint", "objectgraph", "sev"],
  ],
};

export const apiResources = Object.entries(offered).flatMap(([owner, subresources]) =>
  Object.entries(subresources).map(([name, verb]) => ({
    name: `${owner}/${name}`,
    singularName: "",
    namespaced: true,
    kind: owner === "virtualmachines" ? "VirtualMachine" : "VirtualMachineInstance",
    verbs: [verb],
  })),
);
