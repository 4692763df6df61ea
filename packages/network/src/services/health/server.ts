import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { HealthCheck } from "./checks.ts";

/**
 * Answers load balancers that ask whether this node has backends of a service: 200 where it has, else 503. As kube-proxy answers them.
 * Lives as long as its process: a node that nobody watches over gets no new clients, and those it has stay.
 */
export class HealthServers implements AsyncDisposable {
  readonly #open = new Map<number, { readonly server: Server; check: HealthCheck }>();

  /** What is being said now. */
  get checks(): readonly HealthCheck[] {
    return Array.from(this.#open.values(), ({ check }) => check);
  }

  /**
   * Says this from now on, and nothing else.
   *
   * @throws {Error} when a port cannot be listened on; the others are
   */
  async serve(checks: readonly HealthCheck[]): Promise<void> {
    for (const [port, { server }] of this.#open) {
      if (checks.some((check) => check.port === port)) continue;
      this.#open.delete(port);
      await end(server);
    }
    const failures: unknown[] = [];
    for (const check of checks) {
      const known = this.#open.get(check.port);
      if (known) known.check = check;
      else await this.#listen(check).catch((error) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.serve([]);
  }

  async #listen(check: HealthCheck): Promise<void> {
    const entry = { server: createServer(), check };
    entry.server.on("request", (_, response) => {
      const { namespace, name, localEndpoints } = entry.check;
      const said = { service: { namespace, name }, localEndpoints, serviceProxyHealthy: true };
      response.writeHead(localEndpoints > 0 ? 200 : 503, {
        "content-type": "application/json",
        "x-content-type-options": "nosniff",
        "x-load-balancing-endpoint-weight": String(localEndpoints),
      });
      response.end(JSON.stringify(said, null, "\t"));
    });
    entry.server.unref();
    entry.server.listen(check.port);
    await once(entry.server, "listening").catch((cause) => {
      const { namespace, name, port } = check;
      throw new Error(`Cannot answer health checks of service "${namespace}/${name}" at port ${port}`, { cause });
    });
    this.#open.set(check.port, entry);
  }
}

async function end(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
}
