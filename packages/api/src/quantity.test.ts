import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  isValidQuantity,
  parseQuantity,
  QuantityError,
  quantityToBytes,
  quantityToMilli,
} from "./quantity.ts";

test("canonicalQuantity() drops fractions and takes the largest suffix that loses nothing", () => {
  const forms = {
    "0.5Gi": "512Mi",
    "1024Mi": "1Gi",
    "1025Mi": "1025Mi",
    "1.5G": "1500M",
    "1000m": "1",
    "0.1": "100m",
    "1e3": "1e3",
    "12e2": "1200",
    "1E": "1E",
    "0": "0",
    "0Gi": "0",
    "+5": "5",
    ".5": "500m",
    "5.": "5",
  };
  for (const [given, canonical] of Object.entries(forms)) assert.equal(canonicalQuantity(given), canonical, given);
});

test("canonicalQuantity() prints binary amounts below one Ki in decimal", () => {
  assert.equal(canonicalQuantity("0.5Ki"), "512");
  assert.equal(canonicalQuantity("0.1Ki"), "102400m");
});

test("parseQuantity() rounds beyond a billionth away from zero and cuts beyond 2^63-1", () => {
  assert.equal(canonicalQuantity("0.0000000001"), "1n");
  assert.equal(canonicalQuantity("-0.0000000001"), "-1n");
  assert.equal(canonicalQuantity("99999999999E"), "9223372036854775807");
});

test("parseQuantity() refuses what is no quantity in Kubernetes' words", () => {
  assert.throws(() => parseQuantity("12Q"), new QuantityError("unable to parse quantity's suffix"));
  assert.throws(() => parseQuantity("twelve"), {
    message: "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  });
  for (const text of ["", "Mi", "1.2.3", "1 Gi", "--1", "1e", "0x10"]) assert.equal(isValidQuantity(text), false, text);
});

test("quantityToBytes() and quantityToMilli() round up", () => {
  assert.equal(quantityToBytes("128M"), 128_000_000);
  assert.equal(quantityToBytes("128Mi"), 134_217_728);
  assert.equal(quantityToBytes("1500m"), 2);
  assert.equal(quantityToBytes(3), 3);
  assert.equal(quantityToMilli("100m"), 100);
  assert.equal(quantityToMilli("0.0001"), 1);
});

test("compareQuantities() compares amounts, not texts", () => {
  assert.equal(compareQuantities("1Gi", "1024Mi"), 0);
  assert.ok(compareQuantities("1G", "1Gi") < 0);
  assert.ok(compareQuantities(2, "1500m") > 0);
});

test("addQuantities() keeps the form of the first", () => {
  assert.equal(addQuantities("1Gi", "512Mi"), "1536Mi");
  assert.equal(addQuantities("100m", "0.9"), "1");
});

test("a canonical quantity is the same amount, and stays as it is", () => {
  const suffixes = ["", "n", "u", "m", "k", "M", "G", "Ki", "Mi", "Gi"];
  const quantities = fc
    .tuple(fc.bigInt({ min: -999_999n, max: 999_999n }), fc.constantFrom(...suffixes))
    .map(([amount, suffix]) => `${amount}${suffix}`);
  fc.assert(
    fc.property(quantities, (quantity) => {
      const canonical = canonicalQuantity(quantity);
      assert.equal(compareQuantities(canonical, quantity), 0);
      assert.equal(canonicalQuantity(canonical), canonical);
    }),
  );
});
