import { Service } from "@peapod/api";
import { formatError } from "@peapod/machinery";
import { findExposed } from "../expose/find-exposed.ts";
import { readService } from "../expose/read-service.ts";
import { type Command, print } from "./command.ts";

export const expose: Command = {
  name: "expose",
  use: "(TYPE NAME)",
  short:
    "Expose a virtual machine instance, virtual machine, or virtual machine instance replica set as a new service.",
  long: `Looks up a virtual machine or virtual machine instance and makes a service for its ports.

The type is vm, vmi or vmirs. Without --port the service has the ports that the machine's interface lists. It goes when what it exposes goes.`,
  example: `  # Expose SSH of a virtual machine called 'myvm' at port 5555 of an address of its own:
  PROGRAM expose vm myvm --port=5555 --target-port=22 --name=myvm-ssh

  # Expose its web server at a port of every node:
  PROGRAM expose vm myvm --port=80 --type=NodePort --name=myvm-web

  # Expose a virtual machine instance by UDP at an address of the outside:
  PROGRAM expose vmi myvmi --port=53 --protocol=UDP --external-ip=192.0.2.7 --name=myvmi-dns`,
  flags: [
    { name: "name", type: "string", usage: "Name of the service; has to be given" },
    { name: "port", type: "int", default: 0, usage: "The port that the service has" },
    { name: "target-port", type: "string", usage: "Number or name of the machine's port, if that is another one" },
    { name: "port-name", type: "string", usage: "Name of the port" },
    { name: "protocol", type: "string", default: "TCP", usage: "TCP or UDP", values: ["TCP", "UDP"] },
    {
      name: "type",
      type: "string",
      default: "ClusterIP",
      usage: "ClusterIP, NodePort or LoadBalancer",
      values: ["ClusterIP", "NodePort", "LoadBalancer"],
    },
    { name: "cluster-ip", type: "string", usage: "Address to give to the service; None for a headless one" },
    { name: "external-ip", type: "string", usage: "One more address that leads to it" },
    { name: "ip-family", type: "string", usage: "IPv4, IPv6 or both, separated by a comma" },
    {
      name: "ip-family-policy",
      type: "string",
      usage: "How many families it has",
      values: ["SingleStack", "PreferDualStack", "RequireDualStack"],
    },
  ],
  args: 2,
  completes: ["type", "target"],
  run: async (context) => {
    const { flags, signal } = context;
    const [type = "", name = ""] = flags.args;
    const kind = type.toLowerCase();
    const asked = readService(flags);
    const access = await context.access();
    const { selector, ports, owner } = await findExposed(access, kind, name, signal);
    if (!asked.port && ports.length === 0) throw new Error("couldn't find port via --port flag or introspection");
    const service: Service = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { namespace: access.namespace, name: asked.name, ownerReferences: [owner] },
      spec: { ...asked.spec, selector, ports: asked.port ? [asked.port] : ports },
    };
    await access.client.create(Service, service, { signal }).catch((error) => {
      throw new Error(`service creation failed: ${formatError(error)}`);
    });
    print(context, `Service ${asked.name} successfully created for ${kind} ${name}`);
  },
};
