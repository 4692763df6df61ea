import { having, type Infer, int32, listAtomic, object, optional, string } from "../../schema.ts";
import { ListMeta } from "./list-meta.ts";

export const StatusCause = object({
  reason: optional(string({ pb: 1 })),
  message: optional(string({ pb: 2 })),
  field: optional(string({ pb: 3 })),
});
export interface StatusCause extends Infer<typeof StatusCause> {}

export const StatusDetails = object({
  name: optional(string({ pb: 1 })),
  group: optional(string({ pb: 2 })),
  kind: optional(string({ pb: 3 })),
  uid: optional(string({ pb: 6 })),
  causes: optional(listAtomic(StatusCause, { pb: 4 })),
  retryAfterSeconds: optional(int32({ pb: 5 })),
});
export interface StatusDetails extends Infer<typeof StatusDetails> {}

export const Status = object({
  metadata: optional(having(ListMeta, { pb: 1 })),
  status: optional(string({ pb: 2 })),
  message: optional(string({ pb: 3 })),
  reason: optional(string({ pb: 4 })),
  details: optional(having(StatusDetails, { pb: 5 })),
  code: optional(int32({ pb: 6 })),
});
export interface Status extends Infer<typeof Status> {}
