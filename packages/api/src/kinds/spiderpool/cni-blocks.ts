import { array, boolean, type Infer, int32, integer, object, oneOf, optional, string } from "../../schema.ts";

/** Pools of the interfaces of one network, for pods that name none. */
export const SpiderpoolPools = object(
  {
    ipv4: optional(array(string())),
    ipv6: optional(array(string())),
    matchMasterSubnet: optional(boolean({ enum: [true, false], default: false })),
  },
  { description: "The pools of this network, for whoever names none." },
);
export interface SpiderpoolPools extends Infer<typeof SpiderpoolPools> {}

export const BondConfig = object(
  {
    name: string({ description: "Name of the bond interface." }),
    mode: int32({ minimum: 0, maximum: 6, description: "The kernel's bonding mode." }),
    options: optional(string({ description: "Options of the bonding driver." })),
  },
  { description: "The masters are put into a bond first." },
);
export interface BondConfig extends Infer<typeof BondConfig> {}

const vlanId = int32({ minimum: 0, maximum: 4094, description: "VLAN of the master; 0 is none." });
const mtu = int32({ minimum: 0, default: 0, description: "MTU of the interface; 0 takes the master's." });
const ippools = optional(SpiderpoolPools);

const masterFields = {
  master: array(string(), { description: "The machine's interface; several make a bond." }),
  mtu: optional(mtu),
  vlanID: optional(vlanId),
  bond: optional(BondConfig),
  rdmaResourceName: optional(string()),
  ippools,
} as const;

export const MacvlanBlock = object(masterFields, { description: "A macvlan interface over a machine's interface." });
export interface MacvlanBlock extends Infer<typeof MacvlanBlock> {}

export const IpvlanBlock = object(masterFields, { description: "An ipvlan interface over a machine's interface." });

export const VlanBlock = object(
  { ...masterFields, vlanMode: optional(oneOf(["manual", "auto"], { default: "manual" })) },
  { description: "A VLAN interface over a machine's interface." },
);
export interface VlanBlock extends Infer<typeof VlanBlock> {}

export const SriovBlock = object(
  {
    resourceName: optional(string()),
    vlanID: optional(vlanId),
    mtu: optional(mtu),
    minTxRateMbps: optional(integer({ minimum: 0 })),
    maxTxRateMbps: optional(integer({ minimum: 0 })),
    rdmaIsolation: optional(boolean({ default: false })),
    ippools,
  },
  { description: "A virtual function of a network card." },
);
export interface SriovBlock extends Infer<typeof SriovBlock> {}

export const IbSriovBlock = object(
  {
    resourceName: optional(string()),
    pkey: optional(string()),
    linkState: optional(oneOf(["auto", "enable", "disable"], { default: "enable" })),
    rdmaIsolation: optional(boolean({ default: true })),
    enableIbKubernetes: optional(boolean({ default: false })),
    ippools,
  },
  { description: "A virtual function of an InfiniBand card." },
);
export interface IbSriovBlock extends Infer<typeof IbSriovBlock> {}

export const IpoibBlock = object(
  { master: optional(string()), ippools },
  { description: "IP over an InfiniBand interface." },
);
export interface IpoibBlock extends Infer<typeof IpoibBlock> {}

const trunkId = integer({ minimum: 0, maximum: 4094 });
export const OvsBlock = object(
  {
    bridge: string({ description: "The Open vSwitch bridge." }),
    vlan: optional(int32({ description: "The access VLAN." })),
    trunk: optional(
      array(object({ minID: optional(trunkId), maxID: optional(trunkId), id: optional(trunkId) }), {
        description: "VLANs that pass tagged: single ones and ranges.",
      }),
    ),
    deviceID: optional(string()),
    ippools,
  },
  { description: "A port of an Open vSwitch bridge." },
);
export interface OvsBlock extends Infer<typeof OvsBlock> {}
