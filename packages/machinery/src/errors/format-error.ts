/**
 * One line for a person: the message of the error, then those of its causes. Called once, at the edge.
 *
 * @returns for example `cannot attach "eth0": pool "10-7-v4" has no free address`
 */
export function formatError(error: unknown): string {
  const parts: string[] = [];
  const seen = new Set<unknown>();
  let current = error;
  while (current !== undefined && current !== null && !seen.has(current)) {
    seen.add(current);
    const text = messageOf(current);
    // A wrapper that already quotes its cause (Node's own do) must not say it twice.
    if (text !== "" && !parts.some((part) => part.includes(text))) parts.push(text);
    current = current instanceof Error ? current.cause : undefined;
  }
  return parts.length > 0 ? parts.join(": ") : "unknown error";
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError) {
    const inner = error.errors.map(formatError).join("; ");
    return error.message === "" ? inner : `${error.message}: ${inner}`;
  }
  if (error instanceof Error) return error.message === "" ? error.name : error.message;
  if (typeof error === "string") return error;
  return JSON.stringify(error) ?? String(error);
}
