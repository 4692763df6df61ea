/**
 * Waits until `check` gives something else than undefined or false, looking again after every turn of the event loop and then
 * every few milliseconds. For tests: what is waited for is an observed change, never a time.
 *
 * @throws {Error} after `timeoutMs`, with what the last look threw as cause
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  options: { readonly timeoutMs?: number; readonly what?: string } = {},
): Promise<Exclude<T, undefined | false>> {
  const timeoutMs = options.timeoutMs ?? 10_000;
  const deadline = Date.now() + timeoutMs;
  let cause: unknown;
  while (Date.now() < deadline) {
    try {
      const result = await check();
      cause = undefined;
      if (result !== undefined && result !== false) return result as Exclude<T, undefined | false>;
    } catch (error) {
      cause = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`${options.what ?? "what the test waits for"} did not happen within ${timeoutMs} ms`, { cause });
}
