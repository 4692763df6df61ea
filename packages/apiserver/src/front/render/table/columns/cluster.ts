import {
  APIService,
  ConfigMap,
  ControllerRevision,
  CustomResourceDefinition,
  Lease,
  LimitRange,
  MutatingWebhookConfiguration,
  Namespace,
  PodDisruptionBudget,
  PriorityClass,
  ResourceQuota,
  Scale,
  Secret,
  ServiceAccount,
  ValidatingWebhookConfiguration,
} from "@peapod/api";
import { ageColumn, type Column, columnsOf, createdAtColumn, nameColumn } from "../column.ts";

const sizeOf = (map: object | undefined): number => Object.keys(map ?? {}).length;

export const namespaceColumns = columnsOf(Namespace, [
  nameColumn,
  { name: "Status", type: "string", description: "Active or Terminating.", cell: ({ status }) => status?.phase ?? "" },
  ageColumn,
]);

export const secretColumns = columnsOf(Secret, [
  nameColumn,
  { name: "Type", type: "string", description: "What the data is for.", cell: ({ type }) => type ?? "" },
  { name: "Data", type: "integer", description: "Number of entries.", cell: ({ data }) => sizeOf(data) },
  ageColumn,
]);

export const configMapColumns = columnsOf(ConfigMap, [
  nameColumn,
  {
    name: "Data",
    type: "integer",
    description: "Number of entries.",
    cell: ({ data, binaryData }) => sizeOf(data) + sizeOf(binaryData),
  },
  ageColumn,
]);

export const serviceAccountColumns = columnsOf(ServiceAccount, [
  nameColumn,
  { name: "Secrets", type: "string", description: "Number of secrets.", cell: ({ secrets }) => secrets?.length ?? 0 },
  ageColumn,
]);

export const leaseColumns = columnsOf(Lease, [
  nameColumn,
  { name: "Holder", type: "string", description: "Who holds it.", cell: ({ spec }) => spec?.holderIdentity ?? "" },
  ageColumn,
]);

export const controllerRevisionColumns = columnsOf(ControllerRevision, [
  nameColumn,
  {
    name: "Controller",
    type: "string",
    description: "The object it is a revision of.",
    cell: ({ metadata }) => {
      const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
      if (!owner) return "<none>";
      const [group] = owner.apiVersion.includes("/") ? owner.apiVersion.split("/") : [""];
      return `${owner.kind.toLowerCase()}${group ? `.${group}` : ""}/${owner.name}`;
    },
  },
  { name: "Revision", type: "string", description: "Number of the revision.", cell: ({ revision }) => revision },
  ageColumn,
]);

export const resourceQuotaColumns = columnsOf(ResourceQuota, [
  nameColumn,
  {
    name: "Request",
    type: "string",
    description: "What is used of what may be requested.",
    cell: (quota) => formatQuota(quota, (name) => !name.startsWith("limits.")),
  },
  {
    name: "Limit",
    type: "string",
    description: "What is used of what limits may add up to.",
    cell: (quota) => formatQuota(quota, (name) => name.startsWith("limits.")),
  },
  ageColumn,
]);

export const limitRangeColumns = columnsOf(LimitRange, [nameColumn, createdAtColumn]);
export const customResourceDefinitionColumns = columnsOf(CustomResourceDefinition, [nameColumn, createdAtColumn]);

export const apiServiceColumns = columnsOf(APIService, [
  nameColumn,
  {
    name: "Service",
    type: "string",
    description: "Who serves the group version.",
    cell: ({ spec }) => (spec?.service ? `${spec.service.namespace ?? ""}/${spec.service.name ?? ""}` : "Local"),
  },
  {
    name: "Available",
    type: "string",
    description: "Whether it answers.",
    cell: ({ status }) => {
      const available = status?.conditions?.find(({ type }) => type === "Available");
      if (!available) return "Unknown";
      return available.status === "True" ? "True" : `${available.status} (${available.reason ?? ""})`;
    },
  },
  ageColumn,
]);

export const priorityClassColumns = columnsOf(PriorityClass, [
  nameColumn,
  { name: "Value", type: "integer", description: "The priority.", cell: ({ value }) => value },
  {
    name: "Global-Default",
    type: "boolean",
    description: "Whether pods without a class get it.",
    cell: ({ globalDefault }) => globalDefault ?? false,
  },
  ageColumn,
  {
    name: "PreemptionPolicy",
    type: "string",
    description: "Whether others are removed for it.",
    cell: ({ preemptionPolicy }) => preemptionPolicy ?? "PreemptLowerPriority",
  },
]);

export const podDisruptionBudgetColumns = columnsOf(PodDisruptionBudget, [
  nameColumn,
  {
    name: "Min Available",
    type: "string",
    description: "Pods that have to stay.",
    cell: ({ spec }) => String(spec?.minAvailable ?? "N/A"),
  },
  {
    name: "Max Unavailable",
    type: "string",
    description: "Pods that may be away.",
    cell: ({ spec }) => String(spec?.maxUnavailable ?? "N/A"),
  },
  {
    name: "Allowed Disruptions",
    type: "integer",
    description: "Pods that may be evicted now.",
    cell: ({ status }) => status?.disruptionsAllowed ?? 0,
  },
  ageColumn,
]);

export const scaleColumns = columnsOf(Scale, [
  nameColumn,
  { name: "Desired", type: "integer", description: "Replicas wanted.", cell: ({ spec }) => spec?.replicas ?? 0 },
  {
    name: "Available",
    type: "integer",
    description: "Replicas there are.",
    cell: ({ status }) => status?.replicas ?? 0,
  },
  ageColumn,
]);

const webhooksColumn: Column<MutatingWebhookConfiguration | ValidatingWebhookConfiguration> = {
  name: "Webhooks",
  type: "integer",
  description: "Number of webhooks.",
  cell: ({ webhooks }) => webhooks?.length ?? 0,
};

export const mutatingWebhookColumns = columnsOf(MutatingWebhookConfiguration, [nameColumn, webhooksColumn, ageColumn]);
export const validatingWebhookColumns = columnsOf(ValidatingWebhookConfiguration, [
  nameColumn,
  webhooksColumn,
  ageColumn,
]);

/** `cpu: 0/1, memory: 0/1Gi` */
function formatQuota({ spec, status }: ResourceQuota, isWanted: (name: string) => boolean): string {
  return Object.keys(status?.hard ?? spec?.hard ?? {})
    .filter(isWanted)
    .toSorted()
    .map((name) => `${name}: ${status?.used?.[name] ?? 0}/${status?.hard?.[name] ?? spec?.hard?.[name]}`)
    .join(", ");
}
