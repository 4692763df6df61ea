/** `word` is a key, a value, or one of the operators that are words. */
export interface Token {
  readonly type: "word" | "," | "(" | ")" | "=" | "==" | "!=" | "!" | ">" | "<" | "end";
  readonly text: string;
}

/** Cuts a label selector into its parts. Anything between blanks and special characters is a word. */
export function readTokens(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (const [part] of text.matchAll(/==|!=|[=!<>,()]|[^\s=!<>,()]+/g)) {
    tokens.push({ type: isSymbol(part) ? part : "word", text: part });
  }
  return tokens;
}

function isSymbol(part: string): part is Exclude<Token["type"], "word" | "end"> {
  return /^(==|!=|[=!<>,()])$/.test(part);
}
