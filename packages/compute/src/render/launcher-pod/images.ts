import type { Container, ContainerDiskSource, LocalObjectReference, VirtualMachineInstanceSpec } from "@peapod/api";

/** One container per container disk, as upstream names them; whoever runs the pod shows there how the pull goes. */
export function renderImageContainers(spec: VirtualMachineInstanceSpec): readonly Container[] {
  return (spec.volumes ?? []).flatMap(({ name, containerDisk }) =>
    containerDisk
      ? [
          {
            name: `volume${name}`,
            image: containerDisk.image,
            imagePullPolicy: containerDisk.imagePullPolicy ?? usualPullPolicy(containerDisk.image),
            securityContext: {
              allowPrivilegeEscalation: false,
              runAsNonRoot: true,
              capabilities: { drop: ["ALL"] },
            },
          },
        ]
      : [],
  );
}

export function renderPullSecrets(spec: VirtualMachineInstanceSpec): readonly LocalObjectReference[] {
  const names = (spec.volumes ?? []).flatMap(({ containerDisk }) => containerDisk?.imagePullSecret || []);
  return [...new Set(names)].map((name) => ({ name }));
}

/** A moving tag is asked for each time, a fixed one once. */
export function usualPullPolicy(image: string): NonNullable<ContainerDiskSource["imagePullPolicy"]> {
  if (image.includes("@")) return "IfNotPresent";
  const tag = image.slice(image.lastIndexOf("/") + 1).split(":")[1];
  return tag === undefined || tag === "latest" ? "Always" : "IfNotPresent";
}
