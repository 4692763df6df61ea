/** Whether a name in a list of pools is a pattern. */
export function isPattern(text: string): boolean {
  return /[*?[]/.test(text);
}

/**
 * A pattern of pool names, as upstream reads it: `*` any characters, `?` one, `[a-c]` and `[^a-c]` one of a class, `\` the next
 * character as it is.
 *
 * @see https://pkg.go.dev/path/filepath#Match (names have no separators)
 * @throws {RangeError} when a class is not closed
 */
export function matchesPattern(pattern: string, name: string): boolean {
  const parts = pattern.match(/\\.|\[\^?(?:\\.|[^\]\\])+\]|\*|\?|[^\\[]/gsu) ?? [];
  if (parts.join("") !== pattern) throw new RangeError(`syntax error in pattern ${pattern}`);
  const expression = parts.map((part) => {
    if (part === "*") return ".*";
    if (part === "?") return ".";
    return part.length > 1 && part.startsWith("[") ? part.replaceAll("[", "\\[").replace("\\[", "[") : literal(part);
  });
  return new RegExp(`^(?:${expression.join("")})$`, "su").test(name);
}

function literal(part: string): string {
  return part.replace(/^\\/, "").replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
