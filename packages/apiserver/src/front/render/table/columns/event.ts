import { Event, EventsEvent, type JsonValue, type KubeObject } from "@peapod/api";
import { type Column, columnsOf, orElse } from "../column.ts";
import { formatAge } from "../duration.ts";

/** Both groups show one kind of object under two sets of names. */
export const eventColumns = columnsOf(Event, eventTable(coreView));
export const eventsEventColumns = columnsOf(EventsEvent, eventTable(eventsView));

interface View {
  readonly kind: string | undefined;
  readonly name: string | undefined;
  readonly fieldPath: string | undefined;
  readonly source: string;
  readonly type: string | undefined;
  readonly reason: string | undefined;
  readonly message: string | undefined;
  readonly first: string | undefined;
  readonly last: string | undefined;
  readonly count: number;
}

function eventTable<T extends KubeObject>(view: (event: T) => View): readonly Column<T>[] {
  const text = (
    name: string,
    description: string,
    cell: (seen: View, now: Date, event: T) => JsonValue,
    more: Pick<Column, "priority" | "type"> = { type: "string" },
  ): Column<T> => ({ name, description, ...more, cell: (event, now) => cell(view(event), now, event) });
  return [
    text("Last Seen", "Time since it last happened.", ({ last, first }, now) => formatAge(last ?? first, now)),
    text("Type", "Normal or Warning.", ({ type }) => type ?? ""),
    text("Reason", "What happened, in one word.", ({ reason }) => reason ?? ""),
    text("Object", "The object it is about.", ({ kind = "", name }) =>
      name ? `${kind.toLowerCase()}/${name}` : kind.toLowerCase(),
    ),
    text("Subobject", "The part of the object it is about.", ({ fieldPath }) => fieldPath ?? "", {
      type: "string",
      priority: 1,
    }),
    text("Source", "Who says so.", ({ source }) => source, { type: "string", priority: 1 }),
    text("Message", "What happened, in a sentence.", ({ message }) => (message ?? "").trim()),
    text("First Seen", "Time since it first happened.", ({ first }, now) => formatAge(first, now), {
      type: "string",
      priority: 1,
    }),
    text("Count", "How often it happened.", ({ count }) => count, { type: "integer", priority: 1 }),
    {
      ...text("Name", "Name of the event.", (_seen, _now, { metadata }) => metadata.name ?? ""),
      format: "name",
      priority: 1,
    },
  ];
}

function coreView(event: Event): View {
  const { involvedObject, series, source } = event;
  return {
    kind: involvedObject.kind,
    name: involvedObject.name,
    fieldPath: involvedObject.fieldPath,
    source: formatSource(
      orElse(source?.component, event.reportingComponent ?? ""),
      orElse(source?.host, source?.component ? "" : (event.reportingInstance ?? "")),
    ),
    type: event.type,
    reason: event.reason,
    message: event.message,
    first: event.firstTimestamp ?? event.eventTime,
    last: series?.lastObservedTime ?? event.lastTimestamp,
    count: series?.count ?? (event.count || 1),
  };
}

function eventsView(event: EventsEvent): View {
  const { regarding, series, deprecatedSource } = event;
  return {
    kind: regarding?.kind,
    name: regarding?.name,
    fieldPath: regarding?.fieldPath,
    source: formatSource(
      orElse(deprecatedSource?.component, event.reportingController ?? ""),
      orElse(deprecatedSource?.host, deprecatedSource?.component ? "" : (event.reportingInstance ?? "")),
    ),
    type: event.type,
    reason: event.reason,
    message: event.note,
    first: event.deprecatedFirstTimestamp ?? event.eventTime,
    last: series?.lastObservedTime ?? event.deprecatedLastTimestamp,
    count: series?.count ?? (event.deprecatedCount || 1),
  };
}

function formatSource(component: string, instance: string): string {
  return [component, instance].filter((part) => part !== "").join(", ");
}
