/** One thing to look at. Answers undefined when it is well, and otherwise with what is wrong. */
export interface HealthCheck {
  readonly name: string;
  readonly check: () => string | undefined | Promise<string | undefined>;
}

export interface HealthOptions {
  /** Does the process make sense at all: if not, it should be restarted. */
  readonly live?: readonly HealthCheck[];
  /** Can it answer requests now. */
  readonly ready?: readonly HealthCheck[];
}

/** Answers `/livez`, `/readyz` and `/healthz` (with `?verbose` and `?exclude=NAME`); undefined for other paths. */
export type Health = (url: URL) => Promise<Response | undefined>;

const ping: HealthCheck = { name: "ping", check: () => undefined };

export function createHealth({ live = [], ready = [] }: HealthOptions = {}): Health {
  const checks: Readonly<Record<string, readonly HealthCheck[]>> = {
    livez: [ping, ...live],
    readyz: [ping, ...live, ...ready],
    healthz: [ping, ...live, ...ready],
  };
  return async ({ pathname, searchParams }) => {
    const [, endpoint = "", one, ...rest] = pathname.replace(/\/$/, "").split("/");
    const all = Object.hasOwn(checks, endpoint) ? checks[endpoint] : undefined;
    if (!all || rest.length > 0) return undefined;
    const excluded = searchParams.getAll("exclude");
    const asked = all.filter(({ name }) => (one === undefined ? !excluded.includes(name) : name === one));
    if (asked.length === 0 && one !== undefined) return undefined;
    const results = await Promise.all(asked.map(look));
    const isWell = results.every(({ problem }) => problem === undefined);
    const lines = results.map(({ name, problem }) =>
      problem === undefined ? `[+]${name} ok` : `[-]${name} failed: ${problem}`,
    );
    const text = [...lines, `${endpoint} check ${isWell ? "passed" : "failed"}`, ""].join("\n");
    return new Response(isWell && !searchParams.has("verbose") ? "ok" : text, {
      status: isWell ? 200 : 500,
      headers: { "Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff" },
    });
  };
}

async function look({
  name,
  check,
}: HealthCheck): Promise<{ readonly name: string; readonly problem: string | undefined }> {
  try {
    return { name, problem: await check() };
  } catch (error) {
    return { name, problem: error instanceof Error ? error.message : String(error) };
  }
}
