import { boolean, having, type Infer, int64, listAtomic, object, oneOf, optional, string } from "../../schema.ts";

export const Preconditions = object({
  uid: optional(string({ pb: 1 })),
  resourceVersion: optional(string({ pb: 2 })),
});
export interface Preconditions extends Infer<typeof Preconditions> {}

export const DeleteOptions = object({
  gracePeriodSeconds: optional(int64({ pb: 1 })),
  preconditions: optional(having(Preconditions, { pb: 2 })),
  orphanDependents: optional(boolean({ pb: 3 })),
  propagationPolicy: optional(oneOf(["Background", "Foreground", "Orphan"], { pb: 4 })),
  dryRun: optional(listAtomic(string(), { pb: 5 })),
  ignoreStoreReadErrorWithClusterBreakingPotential: optional(boolean({ pb: 6 })),
});
export interface DeleteOptions extends Infer<typeof DeleteOptions> {}

export const ListOptions = object({
  labelSelector: optional(string({ pb: 1 })),
  fieldSelector: optional(string({ pb: 2 })),
  watch: optional(boolean({ pb: 3 })),
  allowWatchBookmarks: optional(boolean({ pb: 9 })),
  resourceVersion: optional(string({ pb: 4 })),
  resourceVersionMatch: optional(string({ pb: 10 })),
  timeoutSeconds: optional(int64({ pb: 5 })),
  limit: optional(int64({ pb: 7 })),
  continue: optional(string({ pb: 8 })),
  sendInitialEvents: optional(boolean({ pb: 11 })),
});
export interface ListOptions extends Infer<typeof ListOptions> {}

export const GetOptions = object({
  resourceVersion: optional(string({ pb: 1 })),
});
export interface GetOptions extends Infer<typeof GetOptions> {}

export const CreateOptions = object({
  dryRun: optional(listAtomic(string(), { pb: 1 })),
  fieldManager: optional(string({ pb: 3 })),
  fieldValidation: optional(string({ pb: 4 })),
});
export interface CreateOptions extends Infer<typeof CreateOptions> {}

export const UpdateOptions = object({
  dryRun: optional(listAtomic(string(), { pb: 1 })),
  fieldManager: optional(string({ pb: 2 })),
  fieldValidation: optional(string({ pb: 3 })),
});
export interface UpdateOptions extends Infer<typeof UpdateOptions> {}

export const PatchOptions = object({
  dryRun: optional(listAtomic(string(), { pb: 1 })),
  force: optional(boolean({ pb: 2 })),
  fieldManager: optional(string({ pb: 3 })),
  fieldValidation: optional(string({ pb: 4 })),
});
export interface PatchOptions extends Infer<typeof PatchOptions> {}

export const TableOptions = object({
  includeObject: optional(string({ pb: 1 })),
});
export interface TableOptions extends Infer<typeof TableOptions> {}
