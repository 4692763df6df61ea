/** Ways into a guest and answers about it: console, logs, ports, agent, buttons, `peapod status` and `peapod why`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Event, VirtualMachine, VirtualMachineInstance } from "@peapod/api";
import { createHttpsConnect, loadKubeconfig } from "@peapod/machinery/node";
import { converse } from "./converse.ts";
import {
  addressOf,
  answerOf,
  eventually,
  guestImage,
  type Outcome,
  type Peapod,
  startPeapod,
  succeed,
} from "./harness.ts";
import { consoleOf, guestReference, machine, namespace, podOf, vmiOf } from "./machines.ts";

test("a guest is reached in every way there is", async (t) => {
  const peapod = await startPeapod(t, { images: { [guestReference]: await guestImage() } });
  const client = await peapod.client();
  await peapod.apply(machine("web", { script: "echo printed by the script" }));
  await peapod.kubectl("wait", "vm/web", "--for=condition=Ready", "--timeout=120s");
  const address = await addressOf(peapod, "web");
  await consoleOf(peapod, "web", /printed by the script\n/);
  const pod = (await podOf(peapod, "web")).metadata.name ?? "";

  await t.test("console: viewers share one line, and whoever attaches sees what was said before", async () => {
    await using first = converse(peapod, "virtctl", "console", "web");
    await first.hear(/Successfully connected to web console\. Press Ctrl\+\] or Ctrl\+5 to exit console\./);
    await first.hear(/printed by the script/);
    first.type("\n");
    await first.hear(/web login: /);
    first.type("peapod\n");
    await first.hear(/Password: /);
    first.type("peapod\n");
    await first.hear(/peapod@web:~\$ /);

    await using second = converse(peapod, "virtctl", "console", "web");
    await second.hear(/peapod@web:~\$ /);
    second.type("echo said by $(whoami)\n");
    await first.hear(/\nsaid by peapod\r\n/);
    await second.hear(/\nsaid by peapod\r\n/);

    first.type("\x1d");
    assert.equal(await first.ended(), 0);
    second.type("echo still $((40 + 2))\n");
    await second.hear(/\nstill 42\r\n/);
  });

  await t.test("console: a viewer that stops reading holds up neither the guest nor the others", async () => {
    const connect = createHttpsConnect(await loadKubeconfig({ path: peapod.kubeconfig, env: {} }));
    const path = `/apis/subresources.kubevirt.io/v1/namespaces/${namespace}/virtualmachineinstances/web/console`;
    const headers = { "Sec-WebSocket-Protocol": "plain.kubevirt.io" };
    const leave = new AbortController();
    const stalled = await connect(new Request(`https://peapod${path}`, { headers, signal: leave.signal }));
    assert.ok(!(stalled instanceof Response), "the stream is open");
    assert.equal(stalled.protocol, "plain.kubevirt.io");
    await using stopped = converse(peapod, "virtctl", "console", "web");
    await stopped.hear(/peapod@web:~\$ /);
    stopped.kill("SIGSTOP");
    await using reading = converse(peapod, "virtctl", "console", "web");
    await reading.hear(/peapod@web:~\$ /);
    reading.type("head -c 60000 /dev/zero | tr '\\0' x | fold -w 1000; echo all of it was $((1 + 1))\n");
    assert.ok((await reading.hear(/all of it was 2\r\n/)).length > 60_000);
    leave.abort();
  });

  await t.test("logs: all of the console, its end, its times, and what comes", async () => {
    const all = await peapod.kubectl("logs", pod);
    assert.match(all, /^Peapod test guest: \d/);
    assert.match(await peapod.kubectl("logs", pod, "--tail=1"), /^[^\n]+$/);
    assert.equal(await peapod.kubectl("logs", pod, "--limit-bytes=17"), "Peapod test guest");
    assert.equal(await peapod.kubectl("logs", pod, "-c", "volumeroot", "--limit-bytes=6"), "Peapod");
    const [line = ""] = (await peapod.kubectl("logs", pod, "--timestamps")).split("\n");
    assert.match(line, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z Peapod test guest: \d/);
    // The API knows whole seconds.
    const later = new Date(Math.floor(Date.parse(line.slice(0, line.indexOf(" "))) / 1000 + 1) * 1000).toISOString();
    const since = await peapod.kubectl("logs", pod, `--since-time=${later}`);
    assert.ok(all.endsWith(since) && since.length < all.length, since);

    await using follower = converse(peapod, "kubectl", "logs", "-f", pod, "--tail=1");
    await using viewer = converse(peapod, "virtctl", "console", "web");
    await viewer.hear(/peapod@web/);
    for (const word of ["first", "second"]) {
      viewer.type(`echo followed ${word} $((6 * 7))\n`);
      await follower.hear(new RegExp(`\nfollowed ${word} 42\r\n`));
    }
  });

  await t.test("port-forward: a guest's port is a local one, or a program's input and output", async () => {
    await using forward = converse(peapod, "virtctl", "port-forward", "vm/web", "0:80");
    const [, port] =
      /127\.0\.0\.1:(\d+) to 80/.exec(await forward.hear(/forwarding tcp 127\.0\.0\.1:\d+ to 80"/)) ?? [];
    assert.match(await answerOf(`127.0.0.1:${port}`), /^Hello from web$/m);
    assert.match(await answerOf(`127.0.0.1:${port}`), /^Hello from web$/m, "each connection is one of its own");
    await using stdio = converse(peapod, "virtctl", "port-forward", "--stdio", "vmi/web", "80");
    stdio.type("GET / HTTP/1.0\r\n\r\n");
    await stdio.hear(/^HTTP\/1\.\d 200 OK\r\n[\s\S]*Hello from web/);
    assert.equal(await stdio.ended(), 0);
    await using ssh = converse(peapod, "virtctl", "port-forward", "--stdio", "vmi/web", "22");
    await ssh.hear(/^SSH-2\.0-dropbear/);
    const closed = await peapod.virtctl("port-forward", "--stdio", "vmi/web", "81");
    assert.equal(closed.code, 1);
    assert.match(
      closed.stderr,
      new RegExp(`dial tcp ${address.replaceAll(".", "\\.")}:81: connect: connection refused`),
    );
  });

  await t.test("agent: what the guest says of itself", async () => {
    await eventually("AgentConnected", async () => conditionOf(await vmiOf(peapod, "web"), "AgentConnected"));
    const info = JSON.parse(succeed(await peapod.virtctl("guestosinfo", "web")).stdout);
    assert.equal(info.hostname, "web");
    assert.equal(info.os.id, "peapod-guest");
    assert.match(info.guestAgentVersion, /^\d+\.\d+/);
    assert.ok(info.supportedCommands.some(({ name }: { readonly name: string }) => name === "guest-ping"));
    const users = JSON.parse(succeed(await peapod.virtctl("userlist", "web")).stdout);
    assert.deepEqual(
      users.items.map(({ userName }: { readonly userName: string }) => userName),
      ["peapod"],
      "who logged in on the console",
    );
    const { items } = JSON.parse(succeed(await peapod.virtctl("fslist", "web")).stdout);
    assert.equal(items[0].mountPoint, "/");
    assert.equal(items[0].fileSystemType, "ext4");
    assert.ok(items[0].usedBytes > 0 && items[0].totalBytes > items[0].usedBytes);
    const { status } = await vmiOf(peapod, "web");
    assert.equal(status?.guestOSInfo?.id, "peapod-guest");
    assert.equal(status?.interfaces?.[0]?.infoSource, "domain, guest-agent");
  });

  await t.test(
    "pause takes a guest out of service, unpause brings it back, through its machine or itself",
    async () => {
      for (const kind of ["vm", "vmi"]) {
        assert.equal(succeed(await peapod.virtctl("pause", kind, "web")).stdout, "VMI web was scheduled to pause\n");
        await eventually("Paused", async () => conditionOf(await vmiOf(peapod, "web"), "Paused"));
        const machineOf = () => client.get(VirtualMachine, { namespace, name: "web" });
        await eventually("the word", async () => (await machineOf()).status?.printableStatus === "Paused" || undefined);
        await eventually("the gate closed", async () => (await gateOf(peapod)) === "False" || undefined);
        assert.match(await peapod.kubectl("get", "vmi", "web", "-o", "wide"), /Running .* False .* True\s*$/m);
        refused(await peapod.virtctl("pause", kind, "web"), /VMI is already paused/);
        refused(await peapod.virtctl("port-forward", "--stdio", "vmi/web", "80"), /VMI is paused/);
        assert.match((await peapod.peapod("why", "web")).stdout, /^web is paused\n.*\n? {2}→ peapod unpause vmi web\n/);
        assert.equal(
          succeed(await peapod.virtctl("unpause", kind, "web")).stdout,
          "VMI web was scheduled to unpause\n",
        );
        await peapod.kubectl("wait", "vm/web", "--for=condition=Ready", "--timeout=60s");
        await eventually("the gate open", async () => (await gateOf(peapod)) === "True" || undefined);
        assert.equal(conditionOf(await vmiOf(peapod, "web"), "Paused"), undefined);
        refused(await peapod.virtctl("unpause", kind, "web"), /VMI is not paused/);
      }
      assert.match(await answerOf(address), /Hello from web/);
    },
  );

  await t.test("soft-reboot and reset start the guest anew inside the same QEMU", async () => {
    const { metadata, status } = await vmiOf(peapod, "web");
    assert.equal(succeed(await peapod.virtctl("soft-reboot", "web")).stdout, "VMI web was scheduled to soft-reboot\n");
    await consoleOf(peapod, "web", /guest: going down[\s\S]*Peapod test guest: \d[\s\S]*web login: /);
    assert.equal(succeed(await peapod.virtctl("reset", "web")).stdout, "VMI web was scheduled to reset\n");
    const log = await consoleOf(peapod, "web", /guest: going down[\s\S]*(Peapod test guest: \d[\s\S]*){2}web login: /);
    assert.equal(log.split("guest: going down").length, 2, "a reset asks nobody");
    assert.match(await answerOf(address), /Hello from web/);
    const now = await vmiOf(peapod, "web");
    assert.equal(now.metadata.uid, metadata.uid);
    assert.equal(now.status?.phase, "Running");
    assert.deepEqual(now.status?.phaseTransitionTimestamps, status?.phaseTransitionTimestamps);
  });

  await t.test("kubectl tells what happened", async () => {
    const events = await client.list(Event, { namespace });
    const reasons = (kind: string) =>
      events.items.filter(({ involvedObject }) => involvedObject.kind === kind).map(({ reason }) => reason);
    assert.deepEqual(reasons("VirtualMachine"), ["SuccessfulCreate"]);
    for (const reason of ["SuccessfulCreate", "Created", "Started"])
      assert.ok(reasons("VirtualMachineInstance").includes(reason), reason);
    for (const reason of ["Scheduled", "Pulled", "Created", "Started"])
      assert.ok(reasons("Pod").includes(reason), reason);
    assert.match(await peapod.kubectl("get", "events"), /SuccessfulCreate +virtualmachine\/web/);
    assert.match(
      await peapod.kubectl("describe", "vmi", "web"),
      /Events:[\s\S]*virt-handler +VirtualMachineInstance started\./,
    );
    assert.match(
      await peapod.kubectl("describe", "vm", "web"),
      /Started the virtual machine by creating the new virtual/,
    );
    assert.match(await peapod.kubectl("describe", "pod", pod), /kubevirt\.io\/virtual-machine-unpaused +True/);
  });

  await t.test("start, stop and restart answer as upstream does", async () => {
    refused(await peapod.virtctl("start", "web"), /^Error starting VirtualMachine .*"web": VM is already running\n$/);
    const { metadata } = await vmiOf(peapod, "web");
    assert.equal(succeed(await peapod.virtctl("restart", "web")).stdout, "VM web was scheduled to restart\n");
    await eventually("another instance", async () => {
      const vmi = await client.find(VirtualMachineInstance, { namespace, name: "web" });
      return (vmi?.metadata.uid !== metadata.uid && vmi?.status?.phase === "Running") || undefined;
    });
    assert.equal(
      succeed(await peapod.virtctl("stop", "web", "--force", "--grace-period=0")).stdout,
      "VM web was scheduled to stop\n",
    );
    await eventually("no instance", async () => {
      return (await client.find(VirtualMachineInstance, { namespace, name: "web" })) === undefined || undefined;
    });
    await eventually("Stopped", async () => {
      const { status } = await client.get(VirtualMachine, { namespace, name: "web" });
      return status?.printableStatus === "Stopped" || undefined;
    });
    refused(await peapod.virtctl("stop", "web"), /^error stopping VirtualMachine .*"web": VM is not running\n$/);
    refused(
      await peapod.virtctl("restart", "web"),
      /^error restarting VirtualMachine: .*"web": RunStategy Halted does not support manual restart requests\n$/,
    );
    refused(
      await peapod.virtctl("console", "web", "--timeout=0"),
      /virtualmachineinstance\.kubevirt\.io "web" not found\n$/,
    );
    refused(await peapod.virtctl("pause", "vm", "web"), /VirtualMachine web is not set to run\n$/);
    refused(await peapod.virtctl("start", "nobody"), /^Error starting VirtualMachine .*"nobody" not found\n$/);
  });

  await t.test("peapod why and status say what is in the way, and the way out", async () => {
    const why = async (name: string) => succeed(await peapod.peapod("why", name)).stdout;
    assert.equal(
      await why("web"),
      "web is not running: it is halted (spec.runStrategy: Halted)\n  → peapod start web\n",
    );

    const image = "127.0.0.1:1/peapod/missing:v1"; // nobody listens there
    const disks = [{ name: "root", disk: { bus: "virtio" }, volume: { containerDisk: { image } } }];
    await peapod.apply(machine("lacking", { disks }));
    const lacking = await eventually("why names the image", async () => {
      const answer = await why("lacking");
      return answer.includes("cannot be had") ? answer : undefined;
    });
    assert.match(
      lacking,
      /^lacking is not running: the image of volume root cannot be had \((ErrImagePull|ImagePullBackOff)\)\n/,
    );
    assert.ok(lacking.includes(`\n  → put a disk there by hand: peapod image import ${image} FILE\n`), lacking);
    assert.match(await peapod.kubectl("get", "vm", "lacking"), /(ErrImagePull|ImagePullBackOff) +False/);

    await peapod.apply(machine("huge", { domain: { resources: { requests: { memory: "4Ti" } } } }));
    const huge = await eventually("why names the memory", async () => {
      const answer = await why("huge");
      return answer.includes("no node can take it") ? answer : undefined;
    });
    assert.match(huge, /Insufficient memory[\s\S]*→ stop another guest, or ask for less/);
    await eventually("the word", async () => {
      const { status } = await client.get(VirtualMachine, { namespace, name: "huge" });
      return status?.printableStatus === "ErrorUnschedulable" || undefined;
    });

    const status = succeed(await peapod.peapod("status")).stdout;
    assert.match(status, /^node +\S+ +ready +(emulation|kvm) +[\d.]+\/[\d.]+ GiB free/);
    assert.match(status, /^api +https:\/\/127\.0\.0\.1:6443/m);
    assert.match(status, /web +Stopped\n/);
    assert.match(status, /huge +ErrorUnschedulable +peapod why huge\n/);
    assert.match(status, /lacking +(ErrImagePull|ImagePullBackOff) +peapod why lacking\n/);
    const none = await peapod.peapod("why", "nobody");
    refused(none, /"nobody" not found in namespace default; there are huge, lacking, web\n$/);
    await peapod.kubectl("delete", "vm", "--all", "--timeout=60s");
    assert.match(succeed(await peapod.peapod("status")).stdout, /^guests none$/m);
  });
});

function refused({ code, stdout, stderr }: Outcome, sentence: RegExp): void {
  assert.equal(code, 1, stdout);
  assert.match(stderr, sentence);
}

function conditionOf({ status }: VirtualMachineInstance, type: string) {
  return status?.conditions?.find((condition) => condition.type === type && condition.status === "True");
}

/** The readiness gate that a paused guest closes. */
async function gateOf(peapod: Peapod): Promise<string | undefined> {
  const { status } = await podOf(peapod, "web");
  return status?.conditions?.find(({ type }) => type === "kubevirt.io/virtual-machine-unpaused")?.status;
}
