import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { type Infer, object, optional, string } from "../../schema.ts";

const networkAttachmentDefinitionSchema = kindObject(
  "A network that pods can be plugged into: a CNI configuration under a name.",
  {
    spec: optional(
      object(
        { config: optional(string({ description: "A CNI configuration or list of plugins, as JSON text." })) },
        { description: "What the network is." },
      ),
    ),
  },
);
export interface NetworkAttachmentDefinition extends Infer<typeof networkAttachmentDefinitionSchema> {}

export const NetworkAttachmentDefinition: Kind<NetworkAttachmentDefinition> = {
  group: "k8s.cni.cncf.io",
  version: "v1",
  kind: "NetworkAttachmentDefinition",
  plural: "network-attachment-definitions",
  singular: "network-attachment-definition",
  shortNames: ["net-attach-def"],
  namespaced: true,
  schema: networkAttachmentDefinitionSchema,
};
