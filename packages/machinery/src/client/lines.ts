/**
 * The lines of a byte stream, in batches as they arrive. Cut on bytes, so that a character that is split between two chunks
 * survives. Leaving the loop cancels the stream; a last line without line feed is given too.
 */
export async function* readLines(body: ReadableStream<Uint8Array>): AsyncGenerator<readonly string[]> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let pending: Uint8Array[] = []; // of a line whose end has not come yet
  let isDone = false;
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) break;
      const end = value.lastIndexOf(lineFeed);
      if (end < 0) {
        pending.push(value);
        continue;
      }
      const whole = value.subarray(0, end);
      const bytes = pending.length === 0 ? whole : concat([...pending, whole]);
      pending = end + 1 < value.length ? [value.subarray(end + 1)] : [];
      yield decoder.decode(bytes).split("\n");
    }
    isDone = true;
    if (pending.length > 0) yield [decoder.decode(concat(pending))];
  } finally {
    if (!isDone) await reader.cancel().catch(() => {}); // the stream may have failed already: its error is on its way
    reader.releaseLock();
  }
}

const lineFeed = 0x0a;

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
