import type { Clock, Timers } from "../../kinds/kubevirt/clock.ts";
import type { Features } from "../../kinds/kubevirt/features.ts";
import type { VirtualMachineInstanceSpec } from "../../kinds/kubevirt/virtual-machine-instance-spec.ts";

type Spec = VirtualMachineInstanceSpec;

/** A feature, timer or device that is named is on, unless it says otherwise; here that is written down. */
export function withSwitches(spec: Spec): Spec {
  const { clock, devices, features } = spec.domain;
  return {
    ...spec,
    domain: {
      ...spec.domain,
      features: withFeatureStates(features ?? {}),
      ...(clock && { clock: withPresentTimers(clock) }),
      devices: {
        ...devices,
        ...(devices.inputs && { inputs: devices.inputs.map((input) => ({ ...input, bus: input.bus || "usb" })) }),
        ...(devices.watchdog && { watchdog: withWatchdogAction(devices.watchdog, spec.architecture) }),
      },
    },
  };
}

function withFeatureStates(features: Features): Features {
  const states = ["acpi", "apic", "hypervPassthrough", "pvspinlock", "smm"] as const;
  const named = states.filter((name) => features[name] !== undefined);
  return { ...features, ...Object.fromEntries(named.map((name) => [name, { enabled: true, ...features[name] }])) };
}

function withPresentTimers(clock: Clock): Clock {
  const { timer } = clock;
  if (!timer) return clock;
  const names: readonly (keyof Timers)[] = ["hpet", "hyperv", "kvm", "pit", "rtc"];
  const named = names.filter((name) => timer[name] !== undefined);
  return {
    ...clock,
    timer: { ...timer, ...Object.fromEntries(named.map((name) => [name, { present: true, ...timer[name] }])) },
  };
}

function withWatchdogAction(
  watchdog: NonNullable<Spec["domain"]["devices"]["watchdog"]>,
  architecture: string | undefined,
) {
  if (architecture !== "amd64") return watchdog;
  return { ...watchdog, i6300esb: { ...watchdog.i6300esb, action: watchdog.i6300esb?.action || "reset" } };
}
