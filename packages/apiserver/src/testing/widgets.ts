import type { CustomResourceDefinition } from "@peapod/api";

/** The definition that the recordings of a real API server were made with. */
export const widgetsDefinition: CustomResourceDefinition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { plural: "widgets", singular: "widget", kind: "Widget", shortNames: ["wd"], categories: ["all"] },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        subresources: {
          status: {},
          scale: { specReplicasPath: ".spec.replicas", statusReplicasPath: ".status.replicas" },
        },
        selectableFields: [{ jsonPath: ".spec.color" }],
        additionalPrinterColumns: [
          { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
          { name: "Color", type: "string", jsonPath: ".spec.color", description: "the colour" },
          { name: "Ready", type: "string", jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
          { name: "Wide", type: "integer", jsonPath: ".spec.replicas", priority: 1 },
        ],
        schema: {
          openAPIV3Schema: {
            type: "object",
            description: "A widget, for tests.",
            required: ["spec"],
            properties: {
              spec: {
                type: "object",
                required: ["color"],
                properties: {
                  name: { type: "string", maxLength: 5 },
                  size: { "x-kubernetes-int-or-string": true, anyOf: [{ type: "integer" }, { type: "string" }] },
                  replicas: { type: "integer", minimum: 0, maximum: 10, default: 1 },
                  color: { type: "string", enum: ["red", "green", "blue"], description: "the colour" },
                  lo: { type: "integer" },
                  hi: { type: "integer" },
                  tags: { type: "array", items: { type: "string" }, "x-kubernetes-list-type": "set" },
                  ports: {
                    type: "array",
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["port"],
                    items: {
                      type: "object",
                      required: ["port"],
                      properties: { port: { type: "integer" }, proto: { type: "string", default: "TCP" } },
                    },
                  },
                  free: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
                  template: {
                    type: "object",
                    "x-kubernetes-embedded-resource": true,
                    "x-kubernetes-preserve-unknown-fields": true,
                  },
                },
                "x-kubernetes-validations": [
                  {
                    rule: "!has(self.lo) || !has(self.hi) || self.lo <= self.hi",
                    message: "lo must not exceed hi",
                  },
                  { rule: "self.color == oldSelf.color", message: "color is immutable" },
                ],
              },
              status: {
                type: "object",
                properties: {
                  replicas: { type: "integer" },
                  conditions: {
                    type: "array",
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["type"],
                    items: {
                      type: "object",
                      required: ["type"],
                      properties: {
                        type: { type: "string" },
                        status: { type: "string" },
                        reason: { type: "string" },
                        message: { type: "string" },
                        lastTransitionTime: { type: "string", format: "date-time" },
                      },
                    },
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
};
