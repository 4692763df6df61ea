/**
 * What is wrong with a text that is no JSON, in the words of Go's decoder: they are part of sentences that clients print.
 * Undefined where nothing is.
 */
export function jsonError(text: string): string | undefined {
  try {
    const scanner: Scanner = { text, at: 0 };
    value(scanner);
    space(scanner);
    if (scanner.at < text.length) wrong(scanner, "after top-level value");
    return undefined;
  } catch (error) {
    if (error instanceof JsonMistake) return error.message;
    throw error;
  }
}

class JsonMistake extends Error {
  override readonly name = "JsonMistake";
}

interface Scanner {
  readonly text: string;
  at: number;
}

function wrong({ text, at }: Scanner, where: string): never {
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  if (at >= text.length) throw new JsonMistake("unexpected end of JSON input");
  throw new JsonMistake(`invalid character ${quoteCharacter(character)} ${where}`);
}

function value(scanner: Scanner): void {
  space(scanner);
  const character = scanner.text[scanner.at];
  if (character === "{") object(scanner);
  else if (character === "[") array(scanner);
  else if (character === '"') string(scanner);
  else if (character === "t") literal(scanner, "true");
  else if (character === "f") literal(scanner, "false");
  else if (character === "n") literal(scanner, "null");
  else if (character === "-" || isDigit(character)) number(scanner);
  else wrong(scanner, "looking for beginning of value");
}

function object(scanner: Scanner): void {
  scanner.at++;
  space(scanner);
  if (scanner.text[scanner.at] === "}") {
    scanner.at++;
    return;
  }
  for (;;) {
    space(scanner);
    if (scanner.text[scanner.at] !== '"') wrong(scanner, "looking for beginning of object key string");
    string(scanner);
    space(scanner);
    if (scanner.text[scanner.at] !== ":") wrong(scanner, "after object key");
    scanner.at++;
    value(scanner);
    space(scanner);
    const next = scanner.text[scanner.at];
    if (next !== "," && next !== "}") wrong(scanner, "after object key:value pair");
    scanner.at++;
    if (next === "}") return;
  }
}

function array(scanner: Scanner): void {
  scanner.at++;
  space(scanner);
  if (scanner.text[scanner.at] === "]") {
    scanner.at++;
    return;
  }
  for (;;) {
    value(scanner);
    space(scanner);
    const next = scanner.text[scanner.at];
    if (next !== "," && next !== "]") wrong(scanner, "after array element");
    scanner.at++;
    if (next === "]") return;
  }
}

function string(scanner: Scanner): void {
  scanner.at++;
  for (; ; scanner.at++) {
    const character = scanner.text[scanner.at];
    if (character === undefined || character < " ") wrong(scanner, "in string literal");
    if (character === '"') break;
    if (character !== "\\") continue;
    scanner.at++;
    const escaped = scanner.text[scanner.at] ?? "";
    if (!/["\\/bfnrtu]/.test(escaped)) wrong(scanner, "in string escape code");
    if (escaped !== "u") continue;
    for (let digit = 0; digit < 4; digit++) {
      scanner.at++;
      if (!/[0-9a-fA-F]/.test(scanner.text[scanner.at] ?? "")) wrong(scanner, "in \\u hexadecimal character escape");
    }
  }
  scanner.at++;
}

function literal(scanner: Scanner, word: string): void {
  for (const letter of word) {
    if (scanner.text[scanner.at] !== letter) wrong(scanner, `in literal ${word} (expecting '${letter}')`);
    scanner.at++;
  }
}

function number(scanner: Scanner): void {
  if (scanner.text[scanner.at] === "-") scanner.at++;
  if (!isDigit(scanner.text[scanner.at])) wrong(scanner, "in numeric literal");
  if (scanner.text[scanner.at] === "0") scanner.at++;
  else digits(scanner);
  if (scanner.text[scanner.at] === ".") {
    scanner.at++;
    if (!isDigit(scanner.text[scanner.at])) wrong(scanner, "after decimal point in numeric literal");
    digits(scanner);
  }
  if (/[eE]/.test(scanner.text[scanner.at] ?? "")) {
    scanner.at++;
    if (/[+-]/.test(scanner.text[scanner.at] ?? "")) scanner.at++;
    if (!isDigit(scanner.text[scanner.at])) wrong(scanner, "in exponent of numeric literal");
    digits(scanner);
  }
}

function digits(scanner: Scanner): void {
  while (isDigit(scanner.text[scanner.at])) scanner.at++;
}

function space(scanner: Scanner): void {
  while (/[ \t\r\n]/.test(scanner.text[scanner.at] ?? "")) scanner.at++;
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= "0" && character <= "9";
}

function quoteCharacter(character: string): string {
  if (character === "'") return "'\\''";
  if (character === '"') return "'\"'";
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return `'${JSON.stringify(character).slice(1, -1).replace("\\u00", "\\x")}'`;
  return `'${character}'`;
}
