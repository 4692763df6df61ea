const escapes: { readonly [character: string]: string } = {
  '"': '\\"',
  "\\": "\\\\",
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
};

/** Text in double quotes as Go's `%q` prints it: Kubernetes' sentences quote values this way. */
export function goQuote(text: string): string {
  let quoted = '"';
  for (const character of text)
    quoted += escapes[character] ?? (isPrintable(character) ? character : escapeCharacter(character));
  return `${quoted}"`;
}

/** Letters, marks, numbers, punctuation and symbols, and of all spaces only the ASCII one. */
function isPrintable(character: string): boolean {
  return /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(character);
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, "0")}`;
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, "0")}`;
  return `\\U${code.toString(16).padStart(8, "0")}`;
}
