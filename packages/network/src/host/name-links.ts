import { ProgramError, run } from "@peapod/machinery/node";

/** Plugins choose names on the host, or users do. Ours are put beside them, so that an audit knows what is here because of us. */
export async function nameHostLinks(
  links: readonly (readonly [link: string, name: string])[],
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const [link, name] of links) {
    await run(["ip", "link", "property", "add", "dev", link, "altname", name], { signal, timeoutMs: 20_000 }).catch(
      (error: unknown) => {
        if (error instanceof ProgramError && /File exists/.test(error.stderr)) return; // it was named by an earlier attempt
        throw error;
      },
    );
  }
}
