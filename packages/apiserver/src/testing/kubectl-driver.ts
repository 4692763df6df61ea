import assert from "node:assert/strict";
import { join } from "node:path";
import { type Kubectl, type KubectlResult, type RunKubectlOptions, runKubectl } from "./kubectl.ts";
import { startTestServer, type TestServer } from "./start-test-server.ts";

/** Widgets and other objects to apply; kubectl runs in this folder. */
const manifests = join(import.meta.dirname, "../../testdata/manifests");

/** One kubectl and a server of its own, whose nodes answer with made-up logs. */
export interface KubectlDriver extends TestServer {
  readonly minor: number;
  /** Runs a command line that must succeed; what it prints. */
  readonly run: (line: string, options?: Partial<RunKubectlOptions>) => Promise<string>;
  readonly attempt: (line: string, options?: Partial<RunKubectlOptions>) => Promise<KubectlResult>;
  /** Resolves when somebody has opened a watch on a plural. */
  readonly watched: (plural: string) => Promise<void>;
}

export async function startKubectlDriver(kubectl: Kubectl): Promise<KubectlDriver> {
  const waiting: { readonly plural: string; readonly resolve: () => void }[] = [];
  const server = await startTestServer({
    nodeProxy: {
      fetch: () => async (request) => {
        const { pathname, searchParams } = new URL(request.url);
        return new Response(`log of ${pathname}, tail ${searchParams.get("tailLines")}\n`);
      },
      connect: () => async () => new Response(null, { status: 404 }),
    },
    onAnswer: (request) => {
      const { pathname, searchParams } = new URL(request.url);
      if (!searchParams.has("watch")) return;
      for (const one of waiting) if (pathname.endsWith(`/${one.plural}`)) one.resolve();
    },
  });
  const attempt: KubectlDriver["attempt"] = (line, options = {}) =>
    runKubectl(kubectl, words(line), {
      kubeconfig: server.kubeconfig,
      home: server.folder,
      cwd: manifests,
      ...options,
    });
  return {
    ...server,
    minor: Number(kubectl.version.split(".")[1]),
    attempt,
    run: async (line, options) => {
      const { code, stdout, stderr } = await attempt(line, options);
      assert.equal(code, 0, `kubectl ${line}: ${stderr}${stdout}`);
      return stdout;
    },
    watched: (plural) => new Promise((resolve) => waiting.push({ plural, resolve })),
  };
}

/** Blanks part words, except between single quotes. */
function words(line: string): readonly string[] {
  return [...line.matchAll(/(?:'([^']*)'|\S)+/g)].map(([word]) => word.replaceAll("'", ""));
}
