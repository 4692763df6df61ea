import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { formatYaml } from "@peapod/machinery";
import { run } from "@peapod/machinery/node";
import fc from "fast-check";
import { awk } from "./testing/awk.ts";

type Tree = string | { readonly [name: string]: Tree };

/** What yaml.awk understood: scalars as text, sequences as mappings from 0. */
async function parseAll(t: TestContext, texts: readonly string[]): Promise<readonly Tree[]> {
  const dump = join(import.meta.dirname, "testing/dump.awk");
  const output = await awk(t, ["yaml.awk", dump], texts);
  return output
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

async function parse(t: TestContext, yaml: string): Promise<Tree | undefined> {
  return (await parseAll(t, [yaml]))[0];
}

/** The same value as yaml.awk shows it. */
function shown(value: unknown): Tree {
  if (Array.isArray(value)) return value.length === 0 ? "" : shown({ ...value });
  if (typeof value !== "object" || value === null) return value === null ? "" : String(value);
  const entries = Object.entries(value);
  return entries.length === 0 ? "" : Object.fromEntries(entries.map(([name, child]) => [name, shown(child)]));
}

test("yaml.awk reads what people write for cloud-init", async (t) => {
  const yaml = `#cloud-config
ssh_pwauth: true
chpasswd: {"list": "root:dangerous", expire: False}   # as the documents have it
users:
- default
- name: bob
  ssh_authorized_keys:
    - ssh-ed25519 AAA= bob@x
  sudo: ["ALL=(ALL) NOPASSWD:ALL"]
runcmd:
  - [ ls, -l,
      / ]
  - sed -i "/#\\?PermitRootLogin/s/^.*$/PermitRootLogin yes/g" /etc/ssh/sshd_config\x20
  - - echo
    - "a\\tb"
write_files:
- path: /x
  content: |
    line1
      line2

    line3
- content: >-
    fold
    ed

    para
  path: '/it''s'
empty:
none: ~
plain: one
  two
url: http://x:80/y#z
`;
  assert.deepEqual(await parse(t, yaml), {
    ssh_pwauth: "true",
    chpasswd: { list: "root:dangerous", expire: "False" },
    users: {
      0: "default",
      1: { name: "bob", ssh_authorized_keys: { 0: "ssh-ed25519 AAA= bob@x" }, sudo: { 0: "ALL=(ALL) NOPASSWD:ALL" } },
    },
    runcmd: {
      0: { 0: "ls", 1: "-l", 2: "/" },
      1: 'sed -i "/#\\?PermitRootLogin/s/^.*$/PermitRootLogin yes/g" /etc/ssh/sshd_config',
      2: { 0: "echo", 1: "a\tb" },
    },
    write_files: {
      0: { path: "/x", content: "line1\n  line2\n\nline3\n" },
      1: { content: "fold ed\npara", path: "/it's" },
    },
    empty: "",
    none: "",
    plain: "one two",
    url: "http://x:80/y#z",
  });
});

test("yaml.awk follows anchors, aliases and merges, and skips tags", async (t) => {
  const yaml =
    "base: &b {a: 1, c: 2}\ncopy: *b\nmore:\n  <<: *b\n  c: 3\ntagged: !!str 5\n--- # the second document is not read\nx: y\n";
  assert.deepEqual(await parse(t, yaml), {
    base: { a: "1", c: "2" },
    copy: { a: "1", c: "2" },
    more: { a: "1", c: "3" },
    tagged: "5",
  });
});

test("yaml.awk reads JSON, on one line and on many", async (t) => {
  const value = { a: { b: [1, "two", { c: "d: e, [f]" }], "key with: colon": 'é\n"q"\\' }, empty: {}, t: true };
  for (const text of [JSON.stringify(value), JSON.stringify(value, undefined, 2)]) {
    assert.deepEqual(await parse(t, text), shown(value));
  }
});

const word = fc.string({ unit: fc.constantFrom(..."ab :#-'\"[]{},&*!|>%@`?\\/=~\n\té😀01.$"), maxLength: 12 });
const key = fc.stringMatching(/^[a-z][a-z0-9_./-]{0,8}$/);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    word,
    fc.array(tie("tree"), { maxLength: 3 }),
    fc.dictionary(key, tie("tree"), { maxKeys: 3 }),
  ),
}));

test("yaml.awk reads back whatever a YAML or JSON writer wrote", async (t) => {
  const samples = fc.sample(fc.dictionary(key, tree, { minKeys: 1, maxKeys: 4 }), { numRuns: 120, seed: 1 });
  const texts = samples.flatMap((value) => [formatYaml(value), JSON.stringify(value)]);
  for (const [index, understood] of (await parseAll(t, texts)).entries()) {
    assert.deepEqual(understood, shown(samples[index >> 1]), texts[index]);
  }
});

/** The calls that a seed turns into, by the stage they are made in. */
async function plan(
  t: TestContext,
  userData: string,
  metaData = "",
): Promise<Readonly<Record<string, readonly string[]>>> {
  const program = await awk(t, ["yaml.awk", "config.awk"], [metaData, userData]);
  const stages = program.matchAll(/^(\w+)\(\) \{\n([\s\S]*?)^:\n\}$/gm);
  return Object.fromEntries(
    [...stages].map(([, name, body = ""]) => [name, body.split("\n").filter((line) => line !== "")]),
  );
}

test("config.awk reads chpasswd in both spellings, and hashes as hashes", async (t) => {
  const old = await plan(t, "#cloud-config\npassword: a:b'c\nchpasswd: { list: 'root:dangerous\n\n  bob:$6$x$y' }\n");
  assert.deepEqual(
    old["first_boot"]?.filter((line) => line.startsWith("password")),
    [
      String.raw`password 'peapod' 'text' 'a:b'\''c'`,
      "password 'root' 'text' 'dangerous'",
      "password 'bob' 'hash' '$6$x$y'",
    ],
  );
  const users =
    "[{ name: root, password: dangerous, type: text }, { name: bob, type: RANDOM }, { name: eve, password: $5$h }]";
  const today = await plan(t, `#cloud-config\nchpasswd:\n  expire: false\n  users: ${users}\n  list:\n  - kim:pw\n`);
  assert.deepEqual(
    today["first_boot"]?.filter((line) => line.startsWith("password")),
    [
      "password 'kim' 'text' 'pw'",
      "password 'root' 'text' 'dangerous'",
      "password 'bob' 'random'",
      "password 'eve' 'hash' '$5$h'",
    ],
  );
});

test("config.awk makes accounts, with their keys and rules, and locks those without a word about passwords", async (t) => {
  const { first_boot } = await plan(
    t,
    `#cloud-config
user: fedora
ssh_authorized_keys: [ssh-rsa A]
users:
- default
- name: bob
  groups: [wheel, users]
  sudo: ALL=(ALL) ALL
  lock_passwd: false
  ssh_authorized_keys: [ssh-rsa B]
- eve
`,
    '{"public-keys":{"0":"ssh-rsa M"}}',
  );
  assert.deepEqual(first_boot, [
    "account 'fedora'",
    "sudo_rule 'fedora' 'ALL=(ALL) NOPASSWD:ALL'",
    "account 'bob' '' '' '' 'wheel users'",
    "sudo_rule 'bob' 'ALL=(ALL) ALL'",
    "authorize 'bob' 'ssh-rsa B'",
    "account 'eve'",
    "lock 'eve'",
    "authorize 'fedora' 'ssh-rsa A'",
    "authorize 'fedora' 'ssh-rsa M'",
  ]);
});

test("config.awk takes the host name from user data, else from the meta data of either source", async (t) => {
  const nameOf = async (user: string, meta: string) =>
    (await plan(t, user, meta))["every_boot"]?.find((line) => line.startsWith("host_name"));
  assert.equal(await nameOf("fqdn: a.example.org", '{"local-hostname":"b"}'), "host_name 'a'");
  assert.equal(await nameOf("", "instance-id: x\nlocal-hostname: b\n"), "host_name 'b'");
  assert.equal(await nameOf("", '{"hostname":"c","uuid":"1"}'), "host_name 'c'");
});

test("config.awk keeps commands in their order, texts as lines and lists as programs", async (t) => {
  const { boot_commands, run_commands } = await plan(
    t,
    "bootcmd: [echo early]\nruncmd:\n- cd /tmp && pwd\n- [touch, it's here]\n",
  );
  assert.deepEqual(boot_commands, ["command 'echo early'"]);
  assert.deepEqual(run_commands, [
    "command 'cd /tmp && pwd'",
    String.raw`command ''\''touch'\'' '\''it'\''\'\'''\''s here'\'' '`,
  ]);
});

test("the guest's scripts are sound to their own shell", async () => {
  const root = join(import.meta.dirname, "root");
  const scripts = globSync(
    ["etc/init/*", "usr/sbin/*", "usr/lib/cloud/*.sh", "usr/share/{udhcpc,dhcpcd}/script", "www/cgi-bin/*"],
    { cwd: root },
  );
  assert.ok(scripts.length > 15);
  for (const script of [...scripts, "../initramfs/init"]) await run(["busybox", "sh", "-n", join(root, script)]);
});
