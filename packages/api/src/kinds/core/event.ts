import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { having, type Infer, int32, microTime, object, optional, string, timestamp } from "../../schema.ts";
import { EventSource } from "./event-source.ts";
import { ObjectReference } from "./references.ts";

const eventSchema = kindObject("Something that happened to an object. Kept for an hour.", {
  involvedObject: having(ObjectReference, { pb: 2 }),
  reason: optional(string({ pb: 3 })),
  message: optional(string({ pb: 4 })),
  source: optional(having(EventSource, { pb: 5 })),
  firstTimestamp: optional(timestamp({ pb: 6 })),
  lastTimestamp: optional(timestamp({ pb: 7 })),
  count: optional(int32({ pb: 8 })),
  type: optional(string({ pb: 9 })),
  eventTime: optional(microTime({ pb: 10 })),
  series: optional(
    object(
      {
        count: optional(int32({ pb: 1 })),
        lastObservedTime: optional(microTime({ pb: 2 })),
      },
      { pb: 11 },
    ),
  ),
  action: optional(string({ pb: 12 })),
  related: optional(having(ObjectReference, { pb: 13 })),
  reportingComponent: optional(string({ pb: 14 })),
  reportingInstance: optional(string({ pb: 15 })),
});
export interface Event extends Infer<typeof eventSchema> {}

export const Event: Kind<Event> = {
  group: "",
  version: "v1",
  kind: "Event",
  plural: "events",
  singular: "event",
  shortNames: ["ev"],
  namespaced: true,
  selectableFields: [
    "involvedObject.kind",
    "involvedObject.namespace",
    "involvedObject.name",
    "involvedObject.uid",
    "involvedObject.apiVersion",
    "involvedObject.resourceVersion",
    "involvedObject.fieldPath",
    "reason",
    "reportingComponent",
    "source",
    "type",
  ],
  builtIn: true,
  schema: eventSchema,
};
