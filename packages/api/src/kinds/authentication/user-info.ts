import { array, type Infer, listAtomic, map, object, optional, string } from "../../schema.ts";

export const UserInfo = object({
  username: optional(string({ pb: 1 })),
  uid: optional(string({ pb: 2 })),
  groups: optional(listAtomic(string(), { pb: 3 })),
  extra: optional(map(array(string()), { pb: 4 })),
});
export interface UserInfo extends Infer<typeof UserInfo> {}
