import { defineScalarTag, NOT_RESOLVED } from "js-yaml";

/**
 * How kubectl's reader takes plain words: YAML 1.1, except that dates, times and colons stay text. `yes` and `off` are booleans,
 * `0755` and `0o17` octal, `1_000` a number.
 */

const trueWords = new Set(["y", "Y", ...cases("yes"), ...cases("true"), ...cases("on")]);
const falseWords = new Set(["n", "N", ...cases("no"), ...cases("false"), ...cases("off")]);
const nullWords = new Set(["", "~", ...cases("null")]);

const never = () => false; // these tags only read

export const nullTag = defineScalarTag("tag:yaml.org,2002:null", {
  implicit: true,
  resolve: (source) => (nullWords.has(source) ? null : NOT_RESOLVED),
  identify: never,
});

export const boolTag = defineScalarTag("tag:yaml.org,2002:bool", {
  implicit: true,
  resolve: (source) => (trueWords.has(source) ? true : falseWords.has(source) ? false : NOT_RESOLVED),
  identify: never,
});

export const numberTag = defineScalarTag("tag:yaml.org,2002:int", {
  implicit: true,
  resolve: (source) => parseNumber(source) ?? NOT_RESOLVED,
  identify: never,
});

export const floatTag = defineScalarTag("tag:yaml.org,2002:float", {
  resolve: (source) => parseNumber(source) ?? NOT_RESOLVED,
  identify: never,
});

/** Text in base64; JSON has no bytes, so it becomes the text they spell. */
export const binaryTag = defineScalarTag("tag:yaml.org,2002:binary", {
  resolve: (source) => {
    try {
      const bytes = Uint8Array.from(atob(source.replaceAll(/\s/g, "")), (char) => char.charCodeAt(0));
      return new TextDecoder().decode(bytes);
    } catch {
      return NOT_RESOLVED;
    }
  },
  identify: never,
});

export const timestampTag = defineScalarTag("tag:yaml.org,2002:timestamp", {
  resolve: (source) => source,
  identify: never,
});

const floatPattern = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const integerPattern = /^([-+]?)0(x[0-9a-f]+|b[01]+|o?[0-7]+)$/i;

function parseNumber(source: string): number | undefined {
  if (!/^[-+.0-9]/.test(source)) return undefined;
  const bare = source.replaceAll("_", "");
  const based = integerPattern.exec(bare);
  if (based !== null) {
    const [, sign, digits = ""] = based;
    const value = Number(/^[xbo]/i.test(digits) ? `0${digits}` : `0o${digits}`);
    return sign === "-" ? -value : value;
  }
  return floatPattern.test(bare) ? Number(bare) : undefined;
}

function cases(word: string): readonly string[] {
  return [word, `${word[0]?.toUpperCase()}${word.slice(1)}`, word.toUpperCase()];
}
