import type { PrinterColumn } from "../../kind.ts";

/** The columns that a pool and a subnet share. */
export const poolColumns: readonly PrinterColumn[] = [
  { name: "VERSION", type: "string", jsonPath: ".spec.ipVersion", description: "ipVersion" },
  { name: "SUBNET", type: "string", jsonPath: ".spec.subnet", description: "subnet" },
  {
    name: "ALLOCATED-IP-COUNT",
    type: "integer",
    jsonPath: ".status.allocatedIPCount",
    description: "allocatedIPCount",
  },
  { name: "TOTAL-IP-COUNT", type: "integer", jsonPath: ".status.totalIPCount", description: "totalIPCount" },
];
