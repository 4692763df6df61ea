import { isRecord } from "../deep-equal.ts";
import { changeAll, fill, type Json } from "./fill.ts";
import { volumeDefaults, withEmptyDirs } from "./volumes.ts";

const containerLists = ["spec.containers[]", "spec.initContainers[]", "spec.ephemeralContainers[]"];
const probes = ["livenessProbe", "readinessProbe", "startupProbe"];
const actions = [...probes, "lifecycle.postStart", "lifecycle.preStop"];

const podDefaults = {
  "spec.restartPolicy": "Always",
  "spec.dnsPolicy": "ClusterFirst",
  "spec.terminationGracePeriodSeconds": 30,
  "spec.schedulerName": "default-scheduler",
  "spec.enableServiceLinks": true,
  "spec.securityContext": {},
};

const containerDefaults = {
  terminationMessagePath: "/dev/termination-log",
  terminationMessagePolicy: "File",
  resources: {},
  "env[].valueFrom.fieldRef.apiVersion": "v1",
  ...Object.fromEntries(
    probes.flatMap((probe) => [
      [`${probe}.timeoutSeconds`, 1],
      [`${probe}.periodSeconds`, 10],
      [`${probe}.successThreshold`, 1],
      [`${probe}.failureThreshold`, 3],
    ]),
  ),
  ...Object.fromEntries(
    actions.flatMap((action) => [
      [`${action}.httpGet.path`, "/"],
      [`${action}.httpGet.scheme`, "HTTP"],
    ]),
  ),
};

export function defaultPod(pod: Json): Json {
  const filled = fill(withEmptyDirs(fill(pod, podDefaults)), volumeDefaults);
  return containerLists.reduce(
    (result, list) => changeAll(result, list.split("."), defaultContainer),
    changeAll(filled, ["spec"], withHostPorts),
  );
}

function defaultContainer(container: Json): Json {
  const { image } = container;
  const name = typeof image === "string" ? image : "";
  const floats = name.endsWith(":latest") || !/[:@]/.test(name.slice(name.lastIndexOf("/") + 1));
  const imagePullPolicy = floats ? "Always" : "IfNotPresent";
  return changeAll(fill(container, { imagePullPolicy, ...containerDefaults }), ["resources"], withRequests);
}

/** What is limited is requested, unless said otherwise. */
function withRequests(resources: Json): Json {
  const { limits, requests } = resources;
  if (!isRecord(limits) || (requests !== undefined && !isRecord(requests))) return resources;
  const complete = { ...limits, ...requests };
  return Object.keys(complete).length === Object.keys(requests ?? {}).length
    ? resources
    : { ...resources, requests: complete };
}

/** On the host's network a container's port is the host's too. */
function withHostPorts(spec: Json): Json {
  if (spec["hostNetwork"] !== true) return spec;
  const withPort = (port: Json) =>
    port["hostPort"] === undefined ? { ...port, hostPort: port["containerPort"] } : port;
  return ["containers[]", "initContainers[]"].reduce(
    (result, list) => changeAll(result, [list, "ports[]"], withPort),
    spec,
  );
}
