/** One interface that a pod is to have. */
export interface PodNetworkRequest {
  /** `eth0`, what the annotation asks for, or `net1`, `net2`, … by position */
  readonly ifName: string;
  readonly nad: { readonly namespace: string; readonly name: string };
  /** The pod's own network: its address is the pod's. */
  readonly isDefault: boolean;
  readonly mac: string | undefined;
  readonly ips: readonly string[];
  readonly portMappings?: readonly unknown[] | undefined;
  readonly bandwidth?: object | undefined;
  readonly infinibandGuid?: string | undefined;
  readonly deviceId?: string | undefined;
  /** Added to `args.cni` of the plugins' configurations. */
  readonly cniArgs?: Readonly<Record<string, unknown>> | undefined;
  /** The pod's default routes go through these, on this interface. */
  readonly defaultRoute?: readonly string[] | undefined;
}
