/**
 * Cuts a stream of JSON objects that nothing stands between.
 *
 * @returns whole objects, and what belongs to the next one
 */
export function cutJson(text: string): { readonly messages: readonly string[]; readonly rest: string } {
  const messages: string[] = [];
  let depth = 0;
  let start = 0;
  let isInString = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (isInString) {
      if (char === "\\") at += 1;
      else if (char === '"') isInString = false;
    } else if (char === '"') isInString = true;
    else if (char === "{") depth += 1;
    else if (char === "}") {
      depth -= 1;
      if (depth > 0) continue;
      messages.push(text.slice(start, at + 1));
      start = at + 1;
    }
  }
  return { messages, rest: text.slice(start) };
}
