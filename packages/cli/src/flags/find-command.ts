import type { FlagSpec } from "./flag-specs.ts";

/**
 * Finds the command among the words: the first that is neither a flag nor the value of one.
 *
 * @param specs  the flags that may stand before a command; others are taken to have a value unless written with `=`
 * @returns the word and everything else; no word when there are only flags
 */
export function findCommand(
  argv: readonly string[],
  specs: readonly FlagSpec[],
): { readonly name: string | undefined; readonly rest: readonly string[] } {
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? "";
    if (word === "--") break;
    if (!word.startsWith("-") || word === "-") return { name: word, rest: argv.toSpliced(at, 1) };
    if (takesNextWord(word, specs)) at += 1;
  }
  return { name: undefined, rest: argv };
}

function takesNextWord(word: string, specs: readonly FlagSpec[]): boolean {
  if (word.includes("=")) return false;
  if (word.startsWith("--")) return specs.find(({ name }) => name === word.slice(2))?.type !== "bool";
  if (word.length !== 2) return false; // the value, or more letters, stand in the word itself
  return specs.find(({ short }) => short === word[1])?.type !== "bool";
}
