import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { having, type Infer, int32, microTime, object, optional, string, timestamp } from "../../schema.ts";
import { EventSource } from "../core/event-source.ts";
import { ObjectReference } from "../core/references.ts";

const eventsEventSchema = kindObject("Something that happened to an object. Kept for an hour.", {
  eventTime: microTime({ pb: 2 }),
  series: optional(
    object(
      {
        count: int32({ pb: 1 }),
        lastObservedTime: microTime({ pb: 2 }),
      },
      { pb: 3 },
    ),
  ),
  reportingController: optional(string({ pb: 4 })),
  reportingInstance: optional(string({ pb: 5 })),
  action: optional(string({ pb: 6 })),
  reason: optional(string({ pb: 7 })),
  regarding: optional(having(ObjectReference, { pb: 8 })),
  related: optional(having(ObjectReference, { pb: 9 })),
  note: optional(string({ pb: 10 })),
  type: optional(string({ pb: 11 })),
  deprecatedSource: optional(having(EventSource, { pb: 12 })),
  deprecatedFirstTimestamp: optional(timestamp({ pb: 13 })),
  deprecatedLastTimestamp: optional(timestamp({ pb: 14 })),
  deprecatedCount: optional(int32({ pb: 15 })),
});
export interface EventsEvent extends Infer<typeof eventsEventSchema> {}

export const EventsEvent: Kind<EventsEvent> = {
  group: "events.k8s.io",
  version: "v1",
  kind: "Event",
  plural: "events",
  singular: "event",
  shortNames: ["ev"],
  namespaced: true,
  selectableFields: [
    "regarding.kind",
    "regarding.namespace",
    "regarding.name",
    "regarding.uid",
    "regarding.apiVersion",
    "regarding.resourceVersion",
    "regarding.fieldPath",
    "reason",
    "reportingController",
    "type",
  ],
  builtIn: true,
  schema: eventsEventSchema,
};
