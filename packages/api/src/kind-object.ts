import { ObjectMeta } from "./meta.ts";
import { having, type InferObject, object, optional, type Properties, type Schema, string } from "./schema.ts";

type KindObject<P> = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
} & InferObject<P>;

/**
 * The schema of a whole object: what `properties` say, beside apiVersion, kind and metadata. Those three are always there in the
 * type, because whoever holds an object holds a named one; in the schema they are not `required`, since the server fills them in.
 */
export function kindObject<const P extends Properties>(
  description: string,
  properties: P,
): Schema<Flat<KindObject<P>>> {
  const schema: Schema<unknown> = object(
    {
      apiVersion: optional(string({ description: "Group and version of this form of the object." })),
      kind: optional(string({ description: "What kind of object this is." })),
      metadata: optional(
        having(ObjectMeta, { description: "Its name, labels and what else every object has.", pb: 1 }),
      ),
      ...properties,
    },
    { description },
  );
  return schema as Schema<Flat<KindObject<P>>>; // the promise of the comment above
}

type Flat<T> = { [K in keyof T]: T[K] };
