import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { admissions, peapodKinds, renderCrd } from "@peapod/api";
import { type Api, type Client, createClient, silentLog, type UserInfo } from "@peapod/machinery";
import { writeFileDurably } from "@peapod/machinery/node";
import { createAuthenticate } from "../front/authentication/authenticate.ts";
import { type Listener, listen } from "../front/listener/listen.ts";
import { ensurePki, type Pki } from "../pki/ensure-pki.ts";
import { renderKubeconfig } from "../pki/kubeconfig.ts";
import { type ApiServer, type ApiServerOptions, createApiServer } from "../server.ts";

export interface TestServer extends AsyncDisposable {
  readonly server: ApiServer;
  readonly listener: Listener;
  readonly pki: Pki;
  /** `https://127.0.0.1:PORT` */
  readonly url: string;
  /** Path of the administrator's kubeconfig, for kubectl. */
  readonly kubeconfig: string;
  /** A folder of its own, removed at the end. */
  readonly folder: string;
  /** In the same process, as administrator. */
  readonly client: Client;
  readonly close: () => Promise<void>;
}

export interface TestServerOptions extends ApiServerOptions {
  /** Told of every request that comes in from outside, and of its answer. */
  readonly onAnswer?: (request: Request, response: Response) => void;
}

const admin: UserInfo = { username: "kubernetes-admin", groups: ["system:masters", "system:authenticated"] };

/**
 * A whole API server with our kinds and their admission, listening on a free port of loopback with certificates of its own. Without
 * a `dataDir` it keeps everything in memory.
 */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  await using undo = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "peapod-api-"));
  undo.defer(() => rm(folder, { recursive: true, force: true }));
  const pki = await ensurePki(join(folder, "pki"));
  const server = await createApiServer({
    crds: peapodKinds.map(renderCrd),
    admissions,
    serviceAccountKey: pki.serviceAccountKey,
    ...options,
  });
  undo.use(server);
  const { tokens } = server;
  const { onAnswer = () => {} } = options;
  const overheard: Api = {
    connect: server.connect,
    fetch: async (request, context) => {
      const response = await server.fetch(request, context);
      onAnswer(request, response);
      return response;
    },
  };
  const listener = await listen(overheard, {
    host: "127.0.0.1",
    port: 0,
    tls: { ca: pki.ca, ...pki.serving },
    authenticate: createAuthenticate({
      ...(tokens && { verifyToken: async (token: string) => (await tokens.verify(token))?.user }),
    }),
    log: options.log ?? silentLog,
  });
  undo.use(listener);
  const kubeconfig = join(folder, "kubeconfig");
  await writeFileDurably(kubeconfig, renderKubeconfig({ server: listener.url, ca: pki.ca, user: pki.admin }));
  const resources = undo.move();
  const close = () => resources.disposeAsync();
  return {
    server,
    listener,
    pki,
    url: listener.url,
    kubeconfig,
    folder,
    client: createClient({ fetch: server.as(admin).fetch }),
    close,
    [Symbol.asyncDispose]: close,
  };
}
