import assert from "node:assert/strict";
import test from "node:test";
import { findCommand } from "./find-command.ts";
import { type FlagSpec, globalFlags, helpFlag } from "./flag-specs.ts";
import { parseFlags } from "./parse-flags.ts";
import { distance, suggest } from "./suggest.ts";

const specs: readonly FlagSpec[] = [
  ...globalFlags,
  helpFlag,
  { name: "paused", type: "bool", usage: "" },
  { name: "timeout", type: "int", default: 5, usage: "" },
];
const parse = (...argv: string[]) => parseFlags(argv, specs);

test("parseFlags() reads every way of writing a value", () => {
  for (const argv of [["-n", "ns1"], ["-n=ns1"], ["-nns1"], ["--namespace", "ns1"], ["--namespace=ns1"]]) {
    assert.equal(parse(...argv).text("namespace"), "ns1", argv.join(" "));
  }
  assert.equal(parse("--namespace=").has("namespace"), true);
  assert.equal(parse().given("namespace"), undefined);
});

test("parseFlags() reads switches", () => {
  assert.equal(parse("--paused").on("paused"), true);
  assert.equal(parse("--paused=false").on("paused"), false);
  assert.equal(parse("--paused=T").on("paused"), true);
  assert.equal(parse().on("paused"), false);
  assert.deepEqual(parse("--paused", "false").args, ["false"], "a switch takes no next word");
});

test("parseFlags() keeps arguments apart, wherever flags stand", () => {
  const flags = parse("a", "-n", "x", "b", "--timeout=-1", "--", "-c", "--paused");
  assert.deepEqual(flags.args, ["a", "b", "-c", "--paused"]);
  assert.equal(flags.number("timeout"), -1);
  assert.equal(parse("-").args[0], "-");
});

test("parseFlags() repeats lists and lets the last of others win", () => {
  const flags = parse("--as-group=a", "--as-group", "b", "-n", "x", "-n", "y");
  assert.deepEqual(flags.list("as-group"), ["a", "b"]);
  assert.equal(flags.text("namespace"), "y");
});

test("parseFlags() bundles letters", () => {
  const flags = parse("-hnns1");
  assert.equal(flags.on("help"), true);
  assert.equal(flags.text("namespace"), "ns1");
});

test("parseFlags() complains in pflag's sentences", () => {
  const refused = (...argv: string[]) => {
    try {
      parse(...argv);
    } catch (error) {
      return (error as Error).message;
    }
    return "accepted";
  };
  assert.equal(refused("--nope"), "unknown flag: --nope");
  assert.equal(refused("-x"), "unknown shorthand flag: 'x' in -x");
  assert.equal(refused("--timeout"), "flag needs an argument: --timeout");
  assert.equal(refused("-n"), "flag needs an argument: 'n' in -n");
  assert.equal(
    refused("--timeout=abc"),
    'invalid argument "abc" for "--timeout" flag: strconv.ParseInt: parsing "abc": invalid syntax',
  );
  assert.equal(
    refused("--paused=yes"),
    'invalid argument "yes" for "--paused" flag: strconv.ParseBool: parsing "yes": invalid syntax',
  );
  assert.equal(refused("---x"), "bad flag syntax: ---x");
});

test("findCommand() steps over flags and their values", () => {
  assert.deepEqual(findCommand(["-n", "start", "stop", "vm"], specs), { name: "stop", rest: ["-n", "start", "vm"] });
  assert.deepEqual(findCommand(["--namespace=x", "-ny", "stop"], specs).name, "stop");
  assert.deepEqual(findCommand(["--insecure-skip-tls-verify", "stop"], specs).name, "stop");
  assert.deepEqual(findCommand(["-h"], specs), { name: undefined, rest: ["-h"] });
});

test("suggest() offers what is nearly the same", () => {
  const names = ["start", "stop", "restart", "status"];
  assert.deepEqual(suggest("strat", names), ["start"]);
  assert.deepEqual(suggest("rest", names), ["restart"]);
  assert.deepEqual(suggest("zzz", names), []);
  assert.equal(distance("kitten", "sitting"), 3);
});
