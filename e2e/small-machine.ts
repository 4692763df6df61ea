import { globSync, readFileSync } from "node:fs";

/** Imported by tests, never pulled. */
export const image = "peapod.test/guest";

/** A machine with one disk and one network; most tests need no more. */
export const manifest = (name: string, runStrategy: string, graceSeconds: number) => `
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata:
  name: ${name}
spec:
  runStrategy: ${runStrategy}
  template:
    spec:
      terminationGracePeriodSeconds: ${graceSeconds}
      domain:
        devices:
          disks:
            - { name: root, disk: { bus: virtio } }
          interfaces:
            - { name: default, masquerade: {} }
        memory: { guest: 128Mi }
      networks:
        - { name: default, pod: {} }
      volumes:
        - { name: root, containerDisk: { image: ${image}, imagePullPolicy: Never } }
`;

/** Of this test's namespaces: others may run beside it. */
export function qemuPids(): readonly number[] {
  return globSync("/run/peapod/*/*/qemu.pid")
    .map((file) => Number(readFileSync(file, "utf8")))
    .filter((pid) => {
      try {
        process.kill(pid, 0);
        return true;
      } catch {
        return false;
      }
    });
}
