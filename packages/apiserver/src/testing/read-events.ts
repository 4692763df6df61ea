import type { ApiServer } from "../server.ts";
import { admin } from "./call-server.ts";

export interface SeenEvent {
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into objects of every kind
  readonly object: any;
}

/** An open watch whose events a test takes one after the other. Disposing it ends the watch. */
export function readEvents(
  server: Pick<ApiServer, "fetch">,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): AsyncDisposable & { readonly take: (count: number) => Promise<readonly SeenEvent[]> } {
  const abort = new AbortController();
  const request = new Request(`http://localhost${path}`, { headers, signal: abort.signal });
  const events = server.fetch(request, { user: admin }).then(parseLines);
  return {
    take: async (count) => {
      const seen: SeenEvent[] = [];
      const lines = await events;
      while (seen.length < count) {
        const { value, done } = await lines.next();
        if (done) throw new Error(`the watch ended after ${seen.length} of ${count} events`);
        seen.push(value);
      }
      return seen;
    },
    [Symbol.asyncDispose]: async () => {
      abort.abort();
      await (await events).return?.(undefined);
    },
  };
}

async function* parseLines(response: Response): AsyncGenerator<SeenEvent, void> {
  if (response.status !== 200) throw new Error(`the watch was refused: ${await response.text()}`);
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of response.body ?? []) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line);
  }
}
