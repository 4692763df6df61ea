import assert from "node:assert/strict";
import { test } from "node:test";
import { CustomResourceDefinition } from "../kinds/apiextensions/custom-resource-definition.ts";
import { LimitRange } from "../kinds/core/limit-range.ts";
import { Node } from "../kinds/core/node.ts";
import { Pod } from "../kinds/core/pod.ts";
import { Secret } from "../kinds/core/secret.ts";
import { Service } from "../kinds/core/service.ts";
import { VirtualMachine } from "../kinds/kubevirt/virtual-machine.ts";
import { RoleBinding } from "../kinds/rbac/role-binding.ts";
import { virtualMachine } from "../testing/index.ts";
import { defaultObject } from "./default-object.ts";

const metadata = { name: "n", namespace: "default" };

test("defaultObject() fills in a pod as kubectl shows it", () => {
  const pod = defaultObject(Pod, {
    apiVersion: "v1",
    kind: "Pod",
    metadata,
    spec: {
      containers: [
        {
          name: "c",
          image: "example.com:5000/app",
          resources: { limits: { memory: "1Gi" } },
          livenessProbe: { httpGet: { port: 80 } },
        },
      ],
      volumes: [{ name: "scratch" }, { name: "s", secret: { secretName: "x" } }],
    },
  });
  assert.deepEqual(pod.spec, {
    restartPolicy: "Always",
    dnsPolicy: "ClusterFirst",
    terminationGracePeriodSeconds: 30,
    schedulerName: "default-scheduler",
    enableServiceLinks: true,
    securityContext: {},
    containers: [
      {
        name: "c",
        image: "example.com:5000/app",
        imagePullPolicy: "Always",
        terminationMessagePath: "/dev/termination-log",
        terminationMessagePolicy: "File",
        resources: { limits: { memory: "1Gi" }, requests: { memory: "1Gi" } },
        livenessProbe: {
          httpGet: { port: 80, path: "/", scheme: "HTTP" },
          timeoutSeconds: 1,
          periodSeconds: 10,
          successThreshold: 1,
          failureThreshold: 3,
        },
      },
    ],
    volumes: [
      { name: "scratch", emptyDir: {} },
      { name: "s", secret: { secretName: "x", defaultMode: 420 } },
    ],
  });
});

test("defaultObject() pulls a tagged image only when it is not there", () => {
  const containers = [
    { name: "a", image: "app:1.2" },
    { name: "b", image: "app@sha256:00" },
    { name: "c", image: "app:latest" },
  ];
  const pod = defaultObject(Pod, { apiVersion: "v1", kind: "Pod", metadata, spec: { containers } });
  assert.deepEqual(
    pod.spec?.containers.map(({ imagePullPolicy }) => imagePullPolicy),
    ["IfNotPresent", "IfNotPresent", "Always"],
  );
});

test("defaultObject() is done after once", () => {
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata,
    spec: { hostNetwork: true, containers: [{ name: "a", ports: [{ containerPort: 80 }] }] },
  };
  const once = defaultObject(Pod, pod);
  assert.equal(once.spec?.containers[0]?.ports?.[0]?.hostPort, 80);
  assert.deepEqual(defaultObject(Pod, once), once);
});

test("defaultObject() completes a service's ports and what follows from its type", () => {
  const service = defaultObject(Service, {
    apiVersion: "v1",
    kind: "Service",
    metadata,
    spec: { type: "LoadBalancer", ports: [{ port: 80 }], sessionAffinity: "ClientIP" },
  });
  assert.deepEqual(service.spec, {
    type: "LoadBalancer",
    ports: [{ port: 80, protocol: "TCP", targetPort: 80 }],
    sessionAffinity: "ClientIP",
    sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } },
    externalTrafficPolicy: "Cluster",
    internalTrafficPolicy: "Cluster",
    allocateLoadBalancerNodePorts: true,
  });
});

test("defaultObject() knows smaller kinds too", () => {
  assert.equal(defaultObject(Secret, { apiVersion: "v1", kind: "Secret", metadata }).type, "Opaque");
  const binding = {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata,
    roleRef: { kind: "Role", name: "r" },
    subjects: [
      { kind: "User", name: "u" },
      { kind: "ServiceAccount", name: "s" },
    ],
  } as unknown as RoleBinding; // as users write it, without API groups
  const { roleRef, subjects } = defaultObject(RoleBinding, binding);
  assert.equal(roleRef.apiGroup, "rbac.authorization.k8s.io");
  assert.deepEqual(
    subjects?.map(({ apiGroup }) => apiGroup),
    ["rbac.authorization.k8s.io", undefined],
  );
  const node = { apiVersion: "v1", kind: "Node", metadata: { name: "n" }, status: { capacity: { cpu: "2" } } };
  assert.deepEqual(defaultObject(Node, node).status?.allocatable, { cpu: "2" });
  const range = {
    apiVersion: "v1",
    kind: "LimitRange",
    metadata,
    spec: { limits: [{ type: "Container", max: { cpu: "2" }, min: { cpu: "1", memory: "1Gi" } }] },
  };
  assert.deepEqual(defaultObject(LimitRange, range).spec?.limits[0], {
    type: "Container",
    max: { cpu: "2" },
    min: { cpu: "1", memory: "1Gi" },
    default: { cpu: "2" },
    defaultRequest: { cpu: "2", memory: "1Gi" },
  });
});

test("defaultObject() leaves other kinds, and what it does not understand, alone", () => {
  const vm = virtualMachine();
  assert.equal(defaultObject(VirtualMachine, vm), vm);
  const broken = { apiVersion: "v1", kind: "Pod", metadata, spec: { containers: "none", volumes: [3, null] } };
  const pod = defaultObject(Pod, broken as unknown as Pod); // what a client may send
  assert.deepEqual((pod.spec as unknown as typeof broken.spec).containers, "none");
  const crd = { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", metadata };
  assert.equal(defaultObject(CustomResourceDefinition, crd as unknown as CustomResourceDefinition), crd);
});
