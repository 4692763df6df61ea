import type { Quantity } from "./schema.ts";

/** How a quantity was written, which decides how it is printed: `1Gi`, `1G`, `1e9`. */
export type QuantityFormat = "BinarySI" | "DecimalSI" | "DecimalExponent";

/** An exact amount in units of 10⁻⁹, Kubernetes' finest grain. */
export interface ParsedQuantity {
  readonly nano: bigint;
  readonly format: QuantityFormat;
}

export class QuantityError extends Error {
  override readonly name = "QuantityError";
}

const nanosPerUnit = 1_000_000_000n;
const largest = ((1n << 63n) - 1n) * nanosPerUnit;
const decimalSuffixes = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
const binarySuffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/**
 * Reads a quantity: `128Mi`, `1.5G`, `100m`, `1e3`, `2`. Digits beyond 10⁻⁹ are rounded away from zero, amounts beyond 2⁶³−1 are cut
 * to it, as Kubernetes does.
 *
 * @throws {QuantityError} with Kubernetes' sentence
 */
export function parseQuantity(quantity: Quantity): ParsedQuantity {
  const text = String(quantity).trim();
  const match = /^([+-]?)([0-9]*)(?:\.([0-9]*))?((?:[eE][+-]?[0-9]+)|[a-zA-Z]*)$/.exec(text);
  const [, sign = "", whole = "", fraction = "", suffix = ""] = match ?? [];
  if (!match || whole + fraction === "") {
    throw new QuantityError(
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    );
  }
  const scale = parseSuffix(suffix);
  const digits = BigInt(whole + fraction);
  const numerator = digits * scale.numerator * nanosPerUnit;
  const denominator = 10n ** BigInt(fraction.length) * scale.denominator;
  const rounded = (numerator + denominator - 1n) / denominator;
  const amount = rounded > largest ? largest : rounded;
  return { nano: sign === "-" ? -amount : amount, format: scale.format };
}

/** The canonical form: no fraction, the largest suffix that loses nothing. `0.5Gi` → `512Mi`, `1000m` → `1`. */
export function formatQuantity({ nano, format }: ParsedQuantity): string {
  if (nano === 0n) return "0";
  const kibi = 1024n * nanosPerUnit;
  if (format === "BinarySI" && nano % nanosPerUnit === 0n && (nano >= kibi || nano <= -kibi)) {
    const [mantissa, steps] = divideOut(nano / nanosPerUnit, 1024n, binarySuffixes.length - 1);
    return `${mantissa}${binarySuffixes[steps]}`;
  }
  const [mantissa, steps] = divideOut(nano, 1000n, decimalSuffixes.length - 1);
  if (format !== "DecimalExponent") return `${mantissa}${decimalSuffixes[steps]}`;
  const exponent = steps * 3 - 9;
  return exponent === 0 ? `${mantissa}` : `${mantissa}e${exponent}`;
}

export function canonicalQuantity(quantity: Quantity): string {
  return formatQuantity(parseQuantity(quantity));
}

/** Bytes (or any other unit), rounded up to a whole one. */
export function quantityToBytes(quantity: Quantity): number {
  return Number(roundUp(parseQuantity(quantity).nano, nanosPerUnit));
}

/** Thousandths, rounded up: `100m` CPU → 100. */
export function quantityToMilli(quantity: Quantity): number {
  return Number(roundUp(parseQuantity(quantity).nano, 1_000_000n));
}

/** Negative, zero or positive, for sorting. */
export function compareQuantities(a: Quantity, b: Quantity): number {
  const difference = parseQuantity(a).nano - parseQuantity(b).nano;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** The sum, printed in the form of the first. */
export function addQuantities(a: Quantity, b: Quantity): string {
  const first = parseQuantity(a);
  return formatQuantity({ nano: first.nano + parseQuantity(b).nano, format: first.format });
}

export function isValidQuantity(quantity: Quantity): boolean {
  try {
    parseQuantity(quantity);
    return true;
  } catch (error) {
    if (error instanceof QuantityError) return false;
    throw error;
  }
}

function parseSuffix(suffix: string): { numerator: bigint; denominator: bigint; format: QuantityFormat } {
  const binary = binarySuffixes.indexOf(suffix);
  if (binary > 0) return { numerator: 1024n ** BigInt(binary), denominator: 1n, format: "BinarySI" };
  const decimal = decimalSuffixes.indexOf(suffix);
  if (decimal >= 0) return { ...powerOfTen(decimal * 3 - 9), format: "DecimalSI" };
  if (/^[eE][+-]?[0-9]+$/.test(suffix)) {
    return { ...powerOfTen(Math.max(-1000, Math.min(1000, Number(suffix.slice(1))))), format: "DecimalExponent" };
  }
  throw new QuantityError("unable to parse quantity's suffix");
}

function powerOfTen(exponent: number): { numerator: bigint; denominator: bigint } {
  if (exponent < 0) return { numerator: 1n, denominator: 10n ** BigInt(-exponent) };
  return { numerator: 10n ** BigInt(exponent), denominator: 1n };
}

function divideOut(amount: bigint, base: bigint, maxSteps: number): [mantissa: bigint, steps: number] {
  let mantissa = amount;
  let steps = 0;
  while (steps < maxSteps && mantissa % base === 0n) {
    mantissa /= base;
    steps++;
  }
  return [mantissa, steps];
}

function roundUp(nano: bigint, unit: bigint): bigint {
  return nano > 0n ? (nano + unit - 1n) / unit : -((-nano + unit - 1n) / unit);
}
