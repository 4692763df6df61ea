import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { VirtualMachine } from "../kinds/kubevirt/virtual-machine.ts";
import { admitAs, virtualMachine } from "../testing/index.ts";
import { findNamespaceAnnotationProblems, findNetworkAnnotationProblems } from "./problems.ts";

const keys = [
  "ipam.spidernet.io/ippools",
  "ipam.spidernet.io/ippool",
  "ipam.spidernet.io/routes",
  "ipam.spidernet.io/default-ipv4-ippool",
  "ipam.peapod.io/addresses",
  "ovn.kubernetes.io/ip_address",
  "lan.default.ovn.kubernetes.io/mac_address",
  "v1.multus-cni.io/default-network",
  "k8s.v1.cni.cncf.io/networks",
];
const field = fc.constantFrom("interface", "ipv4", "ipv6", "mac", "dst", "gw", "name", "namespace", "ips", "bandwidth");
const value = fc.oneof(fc.constantFrom("eth0", "net1", "10.7.0.5", "fd00::1", "10.0.0.0/8"), fc.jsonValue());
const text = fc.oneof(
  fc.string(),
  fc.json(),
  fc.array(fc.dictionary(field, value, { maxKeys: 4 }), { maxLength: 3 }).map((list) => JSON.stringify(list)),
);
const annotations = fc.dictionary(fc.constantFrom(...keys), text, { maxKeys: 4 });

test("whatever stands in an annotation is read or reported by the annotation's name, and breaks nothing", () => {
  fc.assert(
    fc.property(annotations, (given) => {
      const problems = [...findNetworkAnnotationProblems(given, "at"), ...findNamespaceAnnotationProblems(given, "at")];
      for (const { path } of problems)
        assert.ok(
          keys.some((key) => path === `at[${key}]`),
          path,
        );
    }),
    { numRuns: 1_000 },
  );
});

test("a machine with whatever annotations is admitted or refused", () => {
  const vm = virtualMachine();
  fc.assert(
    fc.property(annotations, (given) => {
      const template = { ...vm.spec.template, metadata: { annotations: given } };
      const { said } = admitAs(VirtualMachine, { ...vm, spec: { ...vm.spec, template } });
      assert.ok(
        said.every((problem) => problem.startsWith("spec.template.metadata.annotations")),
        said.join(),
      );
    }),
  );
});
