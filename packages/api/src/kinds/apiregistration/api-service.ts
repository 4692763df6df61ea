import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { boolean, bytes, type Infer, int32, listMap, object, optional, string } from "../../schema.ts";
import { ServiceCondition } from "../meta/service-condition.ts";

const aPIServiceSchema = kindObject("A group and version of the API, and who answers for it.", {
  spec: optional(
    object(
      {
        service: optional(
          object(
            {
              namespace: optional(string({ pb: 1 })),
              name: optional(string({ pb: 2 })),
              port: optional(int32({ pb: 3 })),
            },
            { pb: 1 },
          ),
        ),
        group: optional(string({ pb: 2 })),
        version: optional(string({ pb: 3 })),
        insecureSkipTLSVerify: optional(boolean({ pb: 4 })),
        caBundle: optional(bytes({ pb: 5 })),
        groupPriorityMinimum: int32({ pb: 7 }),
        versionPriority: int32({ pb: 8 }),
      },
      { pb: 2 },
    ),
  ),
  status: optional(
    object(
      {
        conditions: optional(
          listMap(["type"], ServiceCondition, {
            "x-kubernetes-patch-strategy": "merge",
            "x-kubernetes-patch-merge-key": "type",
            pb: 1,
          }),
        ),
      },
      { pb: 3 },
    ),
  ),
});
export interface APIService extends Infer<typeof aPIServiceSchema> {}

export const APIService: Kind<APIService> = {
  group: "apiregistration.k8s.io",
  version: "v1",
  kind: "APIService",
  plural: "apiservices",
  singular: "apiservice",
  categories: ["api-extensions"],
  namespaced: false,
  subresources: { status: true },
  builtIn: true,
  schema: aPIServiceSchema,
};
