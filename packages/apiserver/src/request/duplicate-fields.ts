/**
 * Keys that occur twice in one object of a JSON text, which `JSON.parse` does not tell: `spec.color`, `spec.ports[0].port`, in order
 * of their second occurrence. The text must be valid JSON.
 */
export function findDuplicateFields(text: string): readonly string[] {
  const found: string[] = [];
  const levels: Level[] = [];
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      const end = endOfString(text, at);
      const level = levels.at(-1);
      if (level?.keys && level.expectsKey) {
        const raw = text.slice(at + 1, end);
        const key = raw.includes("\\") ? String(JSON.parse(`"${raw}"`)) : raw;
        if (level.keys.has(key)) found.push(pathOf(levels, key));
        level.keys.add(key);
        level.key = key;
        level.expectsKey = false;
      }
      at = end + 1;
      continue;
    }
    if (code === openObject) levels.push({ keys: new Set(), expectsKey: true, key: "", index: 0 });
    else if (code === openArray) levels.push({ keys: undefined, expectsKey: false, key: "", index: 0 });
    else if (code === closeObject || code === closeArray) levels.pop();
    else if (code === comma) {
      const level = levels.at(-1);
      if (level?.keys) level.expectsKey = true;
      else if (level) level.index++;
    }
    at++;
  }
  return [...new Set(found)];
}

interface Level {
  /** Absent in an array. */
  readonly keys: Set<string> | undefined;
  expectsKey: boolean;
  key: string;
  index: number;
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const openObject = 0x7b;
const closeObject = 0x7d;
const openArray = 0x5b;
const closeArray = 0x5d;

function endOfString(text: string, start: number): number {
  let at = start + 1;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === quote || Number.isNaN(code)) return at;
    at += code === backslash ? 2 : 1;
  }
}

function pathOf(levels: readonly Level[], key: string): string {
  let path = "";
  for (const level of levels.slice(0, -1)) {
    path += level.keys ? `${path === "" ? "" : "."}${level.key}` : `[${level.index}]`;
  }
  return path === "" ? key : `${path}.${key}`;
}
