/** What a guest's processes may use together. An absent limit is none. */
export interface CgroupLimits {
  readonly memoryBytes?: number | undefined;
  /** 1.5 is a core and a half. */
  readonly cpuCores?: number | undefined;
  /** Relative weight as CPU requests give it, in thousandths of a core. */
  readonly cpuRequestMillis?: number | undefined;
  readonly pids: number;
  /** Device nodes that may be opened, `c 1:3`; every other is refused (v1 only: v2 has no file for it). */
  readonly devices: readonly string[];
}

/** One interface for both hierarchies and for machines without either. A group's name is relative: `peapod/3fa9c1/2`. */
export interface CgroupDriver {
  readonly version: "v1" | "v2" | "none";
  /**
   * Makes the group in every hierarchy, or sets its limits anew.
   *
   * @returns folders whose `cgroup.procs` a process writes its pid into before it becomes what is to be limited
   */
  ensure(name: string, limits: CgroupLimits): Promise<readonly string[]>;
  processes(name: string): Promise<readonly number[]>;
  /** Ends every process in it, whatever its parents do meanwhile. */
  kill(name: string): Promise<void>;
  /** Removes the group, empty by then, and its parents where nothing else is in them. */
  remove(name: string): Promise<void>;
  /** Names of the groups directly below, without the parent. */
  children(name: string): Promise<readonly string[]>;
}
