import { type Infer, type Kind, ObjectMeta, object, optional, string } from "@peapod/api";

/** A kind for tests, with a status subresource. */
const schema = object({
  apiVersion: string(),
  kind: string(),
  metadata: ObjectMeta,
  spec: optional(object({ color: optional(string()) })),
  status: optional(object({ seen: optional(string()) })),
});
export interface Widget extends Infer<typeof schema> {}

export const Widget: Kind<Widget> = {
  group: "example.com",
  version: "v1",
  kind: "Widget",
  plural: "widgets",
  singular: "widget",
  namespaced: true,
  subresources: { status: true },
  schema,
};

/** `widget("a/w1", { spec: { color: "red" } })` */
export function widget(key: string, rest: Partial<Widget> = {}): Widget {
  const [namespace, name] = key.split("/");
  return { apiVersion: "example.com/v1", kind: "Widget", ...rest, metadata: { namespace, name, ...rest.metadata } };
}
