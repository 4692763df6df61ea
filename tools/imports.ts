/** Erasable TypeScript keeps import statements regular enough for patterns. */

/** What a file imports or exports from, types and dynamic imports too. */
export function specifiersOf(source: string): readonly string[] {
  const pattern =
    /(?:^|[;\n])\s*(?:import|export)\s[^;"'`]*?from\s*["']([^"']+)["']|import\(\s*["']([^"']+)["']|(?:^|[;\n])\s*import\s*["']([^"']+)["']/g;
  return [...withoutComments(source).matchAll(pattern)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}

/** What is loaded together with a file: neither types, which are erased, nor what is imported when it is used. */
export function valueSpecifiersOf(source: string): readonly string[] {
  const pattern =
    /(?:^|[;\n])\s*(?:import|export)\s(?!type\s)([^;"'`]*?)from\s*["']([^"']+)["']|(?:^|[;\n])\s*import\s*["']([^"']+)["']/g;
  return [...withoutComments(source).matchAll(pattern)]
    .filter(([, names]) => names === undefined || !isTypesAlone(names))
    .map((match) => match[2] ?? match[3] ?? "");
}

/** `{ type A, type B }` */
function isTypesAlone(names: string): boolean {
  const listed = /^\s*\{([^}]*)\}\s*$/
    .exec(names)?.[1]
    ?.split(",")
    .map((name) => name.trim());
  return listed?.every((name) => name === "" || name.startsWith("type ")) ?? false;
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
}
