import assert from "node:assert/strict";
import test from "node:test";
import { formatLabelSelector, labelSelectorOf, matchesLabels, parseLabelSelector } from "./label-selector.ts";

const selects = (text: string, labels: Record<string, string>) => matchesLabels(parseLabelSelector(text), labels);

test("parseLabelSelector() reads every operator", () => {
  assert.deepEqual(parseLabelSelector("a=1,b==2,c!=3,d in (x, y),e notin (z),f,!g,h>4,i<5,j="), [
    { key: "a", operator: "=", values: ["1"] },
    { key: "b", operator: "=", values: ["2"] },
    { key: "c", operator: "!=", values: ["3"] },
    { key: "d", operator: "in", values: ["x", "y"] },
    { key: "e", operator: "notin", values: ["z"] },
    { key: "f", operator: "exists", values: [] },
    { key: "g", operator: "!", values: [] },
    { key: "h", operator: ">", values: ["4"] },
    { key: "i", operator: "<", values: ["5"] },
    { key: "j", operator: "=", values: [""] },
  ]);
  assert.deepEqual(parseLabelSelector(""), []);
  assert.deepEqual(parseLabelSelector("a in (x,)"), [{ key: "a", operator: "in", values: ["", "x"] }]);
  assert.deepEqual(parseLabelSelector("in in (in)"), [{ key: "in", operator: "in", values: ["in"] }]);
});

test("matchesLabels() lets != and notin match what is absent", () => {
  assert.equal(selects("a!=1", {}), true);
  assert.equal(selects("a notin (1)", {}), true);
  assert.equal(selects("a!=1", { a: "1" }), false);
  assert.equal(selects("a in (1,2),b", { a: "2", b: "" }), true);
  assert.equal(selects("!a", { a: "" }), false);
  assert.equal(selects("constructor", {}), false);
});

test("matchesLabels() compares numbers as numbers, and text never", () => {
  assert.equal(selects("a>9", { a: "10" }), true);
  assert.equal(selects("a<10", { a: "9" }), true);
  assert.equal(selects("a>9", { a: "x" }), false);
  assert.equal(selects("a>9", {}), false);
});

test("parseLabelSelector() refuses with Kubernetes' sentences", () => {
  const refusal = (text: string): string => {
    try {
      parseLabelSelector(text);
    } catch (error) {
      return (error as Error).message;
    }
    return "accepted";
  };
  const start = "unable to parse requirement: found ";
  assert.equal(refusal("a b"), `${start}'b', expected: in, notin, =, ==, !=, gt, lt`);
  assert.equal(refusal("a=b c"), `${start}'c', expected: ',' or 'end of string'`);
  assert.equal(refusal("a,"), `${start}'', expected: identifier after ','`);
  assert.equal(refusal("a in b"), `${start}'b' expected: '('`);
  assert.equal(refusal("a in (b c)"), `${start}'c', expected: ',' or ')'`);
  assert.equal(refusal("=a"), `${start}'=', expected: !, identifier, or 'end of string'`);
  assert.match(
    refusal("a in ()"),
    /values: Invalid value: \[\]: for 'in', 'notin' operators, values set can't be empty$/,
  );
  assert.match(refusal("a>x"), /the value must be an integer$/);
  assert.match(refusal("-a"), /key: Invalid value: "-a": name part must consist of alphanumeric characters/);
});

test("labelSelectorOf() reads the object form", () => {
  const selector = labelSelectorOf({
    matchLabels: { a: "1" },
    matchExpressions: [
      { key: "b", operator: "In", values: ["x", "y"] },
      { key: "c", operator: "DoesNotExist" },
    ],
  });
  assert.equal(formatLabelSelector(selector), "a=1,b in (x,y),!c");
  assert.deepEqual(parseLabelSelector(formatLabelSelector(selector)), selector);
  assert.throws(() => labelSelectorOf({ matchExpressions: [{ key: "a", operator: "Like" }] }), {
    message: '"Like" is not a valid label selector operator',
  });
});
