import assert from "node:assert/strict";
import test from "node:test";
import { globalFlags } from "../flags/flag-specs.ts";
import { parseFlags } from "../flags/parse-flags.ts";
import { runLine } from "../testing/run-line.ts";
import { loginFlags, renderHost, renderOptions } from "./options.ts";
import { parseCopy, parseLogin } from "./target.ts";

const flagsOf = (...argv: readonly string[]) => parseFlags(argv, [...loginFlags, ...globalFlags]);
const optionsOf = (target: string, ...argv: readonly string[]) =>
  renderOptions({ flags: flagsOf(...argv), self: ["/opt/my node", "main.ts"] }, parseLogin(target));

test("parseLogin() reads who, what and where", () => {
  assert.deepEqual(parseLogin("jdoe@vm/web"), { user: "jdoe", kind: "vm", name: "web", namespace: undefined });
  assert.deepEqual(parseLogin("vmi/web.team"), { user: undefined, kind: "vmi", name: "web", namespace: "team" });
  assert.deepEqual(parseLogin("a@b@vmi/web/team"), { user: "a@b", kind: "vmi", name: "web", namespace: "team" });
  assert.throws(() => parseLogin("web"), { message: "target must contain type and name separated by '/'" });
  assert.throws(() => parseLogin("@vm/web"), { message: "expected username before '@'" });
  assert.throws(() => parseLogin("jdoe@"), { message: "expected target after '@'" });
  assert.throws(() => parseLogin("vm/web."), { message: "expected name before and namespace after '.'" });
});

test("ssh comes back through our own port-forward, to the same cluster as the same user", () => {
  const argv = ["--kubeconfig", "/a b/c", "-n", "team", "-l", "b", "-p", "2222", "-i", "key", "-t", "-v", "-t", "-4"];
  assert.deepEqual(optionsOf("jdoe@vm/web.other", ...argv), [
    "-o",
    "ProxyCommand='/opt/my node' main.ts '--kubeconfig=/a b/c' --namespace=team port-forward --stdio=true vm/web/other 2222",
    ...["-v", "-4", "-i", "key"],
  ]);
});

test("known hosts are a file of one's own, or anybody", () => {
  assert.deepEqual(optionsOf("vm/web", "--known-hosts", "mine").slice(2), ["-o", "UserKnownHostsFile=mine"]);
  assert.deepEqual(optionsOf("vm/web", "--known-hosts=").slice(2), [
    ...["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"],
  ]);
});

test("renderHost() names the machine with the user of the target, else of the flag, else of this terminal", () => {
  const env = { LOGNAME: "me" };
  const context = (...argv: readonly string[]) => ({ flags: flagsOf(...argv), namespace: "default", env });
  assert.equal(renderHost(parseLogin("a@vm/web"), context("-l", "b")), "a@vm.web.default");
  assert.equal(renderHost(parseLogin("vm/web.team"), context("-l", "b")), "b@vm.web.team");
  assert.equal(renderHost(parseLogin("vm/web"), context()), "me@vm.web.default");
  assert.equal(renderHost(parseLogin("vm/web"), { ...context(), env: {} }), "vm.web.default");
});

test("one side of a copy is a machine", () => {
  const { from, to, target } = parseCopy("a@vmi/web:dir/file", "./here");
  assert.deepEqual([from.path, to.path, target.name], ["dir/file", "./here", "web"]);
  assert.throws(
    () => parseCopy("a", "b"),
    /^Error: none of the two provided locations seems to be a remote location: "a" to "b"$/,
  );
  assert.throws(
    () => parseCopy("vm/a:x", "vm/b:y"),
    /^Error: copying from a remote location to another remote location/,
  );
});

test("ssh of upstream's own client is refused, for there is none", async () => {
  const { code, stderr } = await runLine(["ssh", "vm/web", "--local-ssh=false"]);
  assert.equal(code, 1);
  assert.match(stderr, /only the local ssh client is supported/);
});
