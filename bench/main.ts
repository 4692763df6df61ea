/**
 * `npm run bench [-- --json FILE] [--guests N]`: what Peapod costs, measured in one run beside the same QEMU started by hand, as
 * ratios against the budgets of its design. It runs in network and mount namespaces of its own and takes down what it starts.
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { guestImage, root } from "../e2e/harness.ts";
import { measureAddresses } from "./addresses.ts";
import { measureApiServer } from "./api-server.ts";
import { describeMachine } from "./machine-under-test.ts";
import { measurePeapod } from "./peapod.ts";
import { type Results, renderReport } from "./report.ts";
import { measureWatching } from "./watching.ts";

const { values } = parseArgs({ options: { json: { type: "string" }, guests: { type: "string", default: "7" } } });
const guests = Number(values.guests);

if (!Number.isInteger(guests) || guests < 1)
  refuse(`Cannot start ${values.guests} guests`, "npm run bench -- --guests 7", 2);
else if (process.getuid?.() !== 0) refuse("Cannot measure: guests need root", "sudo npm run bench", 1);
else if (process.env["PEAPOD_TEST_NAMESPACES"] !== "own") {
  // Its packages come over the network, which those namespaces have none of.
  await guestImage();
  process.exitCode = runInOwnNamespaces();
} else {
  await measure();
}

function refuse(what: string, tryThis: string, code: number): void {
  console.error(`Error: ${what}\nTry:   ${tryThis}`);
  process.exitCode = code;
}

/** Loopback only, an empty /run, mounts nobody else sees. */
function runInOwnNamespaces(): number {
  const inside = 'ip link set lo up && mount -t tmpfs -o mode=755 tmpfs /run && PEAPOD_TEST_NAMESPACES=own exec "$@"';
  const argv = ["--net", "--mount", "--propagation", "private", "sh", "-c", inside, "sh", process.execPath];
  const { status } = spawnSync("unshare", [...argv, ...process.argv.slice(1)], { stdio: "inherit" });
  return status ?? 1;
}

async function measure(): Promise<void> {
  const machine = describeMachine(root);
  const progress = (text: string): void => console.error(`… ${text}`);
  progress("API server");
  const api = await measureApiServer();
  progress("addresses");
  const addresses = await measureAddresses();
  progress("watching interfaces");
  const watching = await measureWatching();
  const results: Results = { machine, api, addresses, watching, ...(await measurePeapod(guests, progress)) };
  console.log(renderReport(results));
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, undefined, 2)}\n`);
}
