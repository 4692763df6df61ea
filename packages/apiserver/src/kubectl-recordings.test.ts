import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { findKubectls, type Kubectl, type KubectlResult, runKubectl } from "./testing/kubectl.ts";
import { parseRecording, type RecordedCommand, type RecordedRequest } from "./testing/recording.ts";
import { startTestServer } from "./testing/start-test-server.ts";

/**
 * Replays what kubectl was recorded to do against a real kube-apiserver: the same kubectl, the same commands in the same order,
 * against ours. It has to ask the same, be answered with the same codes and types, print the same and end with the same code; but
 * for times, uids, revisions and what stands below.
 */

const testdata = join(import.meta.dirname, "../testdata");

interface Deviation {
  readonly because: string;
  /** What still has to hold. */
  readonly stdout?: RegExp;
  readonly stderr?: RegExp;
  readonly exitCode?: number;
  /** Requests are not compared. */
  readonly asksOtherwise?: true;
}

/** Commands whose outcome differs on purpose. The first pattern that fits counts. */
const deviations: readonly (readonly [RegExp, Deviation])[] = [
  [/ kubectl version$/, { because: "we are another server", stdout: /Server Version: .*v?1.*34/, stderr: /(?:)/ }],
  [
    / kubectl api-resources$/,
    { because: "other kinds are served", stdout: /^widgets +wd +example.com\/v1 +true +Widget$/m },
  ],
  [/ kubectl api-versions$/, { because: "other groups are served", stdout: /^example.com\/v1$[\s\S]*^v1$/m }],
  [
    / kubectl cluster-info$/,
    { because: "we listen elsewhere", stdout: /Kubernetes .* is running at .*https:\/\/127.0.0.1:/ },
  ],
  [
    / kubectl get all$/,
    {
      because: "fewer kinds are in the category, and there is no service of ours",
      stdout: /^widget.example.com\/w1 +\S+ +red *$/m,
      asksOtherwise: true,
    },
  ],
  [
    /^1.20 kubectl diff/,
    { because: "it shows the second at which fields changed", stdout: /^- {2}replicas: 3\n\+ {2}replicas: 1$/m },
  ],
  [
    / kubectl delete (crd|ns|widget w1 --cascade)/,
    { because: "it is gone before kubectl looks", stdout: /^\S+ "[\w.]+" deleted$/m, asksOtherwise: true },
  ],
  [
    / kubectl describe pod p1$/,
    { because: "no token is mounted into a guest", stdout: /^Name: +p1$[\s\S]*^Events: +<none>$/m },
  ],
  [/ kubectl auth can-i --list$/, { because: "rules are summed up", stdout: /^\*\.\* +\[\] +\[\] +\[\*\]$/m }],
  [
    / kubectl auth whoami$/,
    { because: "the administrator has another name", stdout: /kubernetes-admin\n[\s\S]*system:masters/ },
  ],
  [/ kubectl get events$/, { because: "nothing has happened here", stderr: /No resources found/ }],
  [/ kubectl events$/, { because: "nothing has happened here", stderr: /No events found/ }],
  [/ kubectl create token sa1$/, { because: "tokens are never the same", stdout: /^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+\s*$/ }],
  [/ kubectl logs p1$/, { because: "there is no such agent", stderr: /^Error from server \(/, asksOtherwise: true }],
  [
    / kubectl (exec|attach|cp) /,
    { because: "guests are entered by console or ssh", stderr: /virtctl console/, asksOtherwise: true },
  ],
  [
    / kubectl apply .* --prune/,
    {
      because: "kubectl prunes kinds that are not served",
      exitCode: 1,
      stdout: /configured/,
      stderr: /prune/,
      asksOtherwise: true,
    },
  ],
  [/ kubectl (config view|kustomize)/, { because: "nothing is asked of a server", stdout: /(?:)/, stderr: /(?:)/ }],
];

/** The recorded kubectl did not know the command or a flag of it: how it says so depends on flags of the recorder's. */
const isUnknown = ({ stderr }: RecordedCommand) =>
  /unknown (command|flag)|flags cannot be placed before plugin/.test(stderr);

const recorded = ["1.20", "1.32", "1.33"];
const kubectls = (await findKubectls()).filter(({ version }) => recorded.includes(version));

test("a kubectl with recordings is installed", {
  skip: kubectls.length === 0 && "none of 1.20, 1.32, 1.33 is here",
}, () => {
  assert.ok(kubectls.length > 0);
});

for (const kubectl of kubectls) {
  test(`kubectl ${kubectl.version} gets from us what it got from kube-apiserver`, async (context) => {
    const text = await readFile(join(testdata, `recordings/kubectl-${kubectl.version}.txt`), "utf8");
    await using replay = await startReplay(kubectl);
    for (const command of parseRecording(text)) {
      await context.test(command.command, async () => {
        const seen = await replay.run(command.command);
        if (isUnknown(command)) assert.equal(seen.code, command.exitCode, seen.stderr);
        else compare(kubectl, command, seen);
      });
    }
  });
}

interface Seen extends KubectlResult {
  readonly requests: readonly RecordedRequest[];
}

async function startReplay(kubectl: Kubectl) {
  let requests: RecordedRequest[] = [];
  const server = await startTestServer({
    onAnswer: (request, { status, headers }) => {
      if (request.headers.has("upgrade")) return;
      const { pathname, search } = new URL(request.url);
      const contentType = headers.get("content-type") ?? "";
      requests.push({ method: request.method, path: pathname + decodeURIComponent(search), status, contentType });
    },
  });
  const run = async (args: readonly string[], home = server.folder): Promise<Seen> => {
    requests = [];
    const result = await runKubectl(kubectl, args, {
      kubeconfig: server.kubeconfig,
      home,
      cwd: join(testdata, "manifests"),
      env: { EDITOR: "sed -i s/red/green/" },
    });
    return { ...result, requests };
  };
  // The recorded server had it from an earlier run, the recorded kubectl no cache of it: the first command deletes it.
  await run(["apply", "-f", "crd.yaml"], join(server.folder, "earlier"));
  return { run: (command: string) => run(split(command)), [Symbol.asyncDispose]: server.close };
}

function compare({ version }: Kubectl, wanted: RecordedCommand, seen: Seen): void {
  const [, deviation] = deviations.find(([pattern]) => pattern.test(`${version} ${wanted.command}`)) ?? [];
  assert.equal(seen.code, deviation?.exitCode ?? wanted.exitCode, `exit code; stderr: ${seen.stderr}`);
  if (deviation) {
    if (deviation.stdout) assert.match(seen.stdout, deviation.stdout);
    if (deviation.stderr) assert.match(seen.stderr, deviation.stderr);
  } else {
    const printed = normal(seen.stdout);
    const expected = normal(wanted.stdout);
    // Where the recorder cut, its last line may be half a line.
    if (wanted.isCut) assert.equal(printed.slice(0, lastLine(expected)), expected.slice(0, lastLine(expected)));
    else assert.equal(printed, expected);
    assert.equal(normal(seen.stderr), normal(wanted.stderr));
  }
  if (!deviation?.asksOtherwise) assert.deepEqual(compared(seen.requests), compared(wanted.requests));
}

function lastLine(text: string): number {
  return text.includes("\n") ? text.lastIndexOf("\n") : text.length;
}

/** Times, ages, uids, revisions and temporary names differ from run to run; widths of columns follow them. */
function normal(text: string): string {
  return text
    .replace(/\d{4}-\d\d-\d\d[T ][\d:.]+(Z| [+-]\d{4})?/g, "TIME")
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "UID")
    .replace(/\b(\d+[smhd]){1,2}\b/g, "AGE")
    .replace(/(resourceVersion: |Resource Version: +)"?\d+"?/g, "$1RV")
    .replace(/\S+\/(LIVE|MERGED)-\d+/g, "$1")
    .replace(/(?<=-)[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, "RANDOM")
    .replace(/^ +enum: Apply, Update\n/gm, "") // our schema says more than upstream's
    .replace(/[ \t]+/g, " ")
    .replace(/ +$/gm, "")
    .trim();
}

/**
 * Discovery depends on caches and on how many groups there are: left out. Protobuf is never our answer where JSON will do. Whether
 * OpenAPI had changed in the meantime depends on the second.
 */
function compared(requests: readonly RecordedRequest[]): readonly string[] {
  return requests
    .filter(({ path }) => !/^\/(api|apis|apis\/[^/]+\/[^/]+|api\/v1)(\?timeout=\w+)?$/.test(path))
    .map(({ method, path, status, contentType }) => {
      const type = contentType.replace("application/vnd.kubernetes.protobuf", "application/json");
      if (path.startsWith("/openapi/") && (status === 200 || status === 304)) return `${method} ${comparedPath(path)}`;
      return `${method} ${comparedPath(path)} ${status} ${type}`;
    });
}

function comparedPath(path: string): string {
  const [pathname = "", query = ""] = path.split("?", 2);
  const parameters = query
    .split("&")
    .map((parameter) => {
      const [name = "", value = ""] = parameter.split(/=(.*)/s);
      if (["hash", "resourceVersion", "timeoutSeconds"].includes(name)) return value === "0" ? parameter : name;
      return name === "fieldSelector"
        ? `${name}=${value
            .split(",")
            .map((term) => normal(term))
            .toSorted()
            .join(",")}`
        : parameter;
    })
    .toSorted();
  return `${pathname}?${parameters.join("&")}`;
}

/** Words of a command line; JSON arguments have no blanks of their own. */
function split(command: string): readonly string[] {
  return command.split(" ").slice(1);
}
