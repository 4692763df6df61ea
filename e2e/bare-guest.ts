/** One QEMU by hand, with nothing of Peapod around it: what the guest image must do on its own. */
import { spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { connectGuestAgent, connectQmp, createOverlay, type GuestAgent, pingAgent, type Qmp } from "@peapod/qemu/node";

export interface BareGuestOptions {
  readonly image: string;
  /** How the root hangs on the machine; default virtio. */
  readonly bus?: "virtio" | "sata" | "scsi" | "usb";
  readonly firmware?: "bios" | "uefi";
  /** Larger than the image, for one that grows. */
  readonly diskBytes?: number;
  readonly memoryMiB?: number;
  /** Seeds: how they hang on the machine → file. */
  readonly seeds?: readonly { readonly bus: "cdrom" | "virtio" | "scsi-cdrom"; readonly file: string }[];
  /** `user`: QEMU's own network, with port 80 and 22 within reach; or taps that are there. Default: none. */
  readonly nics?: readonly ("user" | { readonly tap: string; readonly mac: string })[];
  readonly devices?: readonly string[];
}

export interface BareGuest extends AsyncDisposable {
  /** Waits until the serial line says this, after what was heard before; everything up to there. */
  hear(wanted: RegExp, withinMs?: number): Promise<string>;
  type(text: string): void;
  /** All that the serial line has said. */
  said(): string;
  /** Logs in on the serial line and becomes root. */
  logIn(user: string, password: string): Promise<Shell>;
  readonly qmp: Qmp;
  /** Waits for the agent inside. */
  agent(): Promise<GuestAgent>;
  /** Where the guest's port 80 and 22 are, with a `user` NIC. */
  readonly ports: { readonly http: number; readonly ssh: number };
}

export interface Shell {
  /** @returns what the command printed */
  run(command: string): Promise<string>;
}

/** Guests share two slow cores with whatever else is tested: deadlines say "never", not "slowly". */
const never = 240_000;

export async function startBareGuest(options: BareGuestOptions): Promise<BareGuest> {
  await using undo = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), "peapod-bare-"));
  undo.defer(() => rmSync(folder, { recursive: true, force: true }));
  const disk = join(folder, "disk.qcow2");
  await createOverlay(disk, { backing: options.image, backingFormat: "qcow2", sizeBytes: options.diskBytes });
  const ports = { http: await freePort(), ssh: await freePort() };
  const argv = argumentsOf(options, folder, disk, ports);
  const child = spawn("qemu-system-x86_64", argv, { stdio: ["pipe", "pipe", "pipe"] });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  undo.defer(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  let text = "";
  let heard = 0;
  for (const output of [child.stdout, child.stderr]) {
    output.setEncoding("latin1");
    output.on("data", (more: string) => {
      text += more;
    });
  }
  child.stdin.on("error", () => {}); // the guest went first

  const hear = async (wanted: RegExp, withinMs = never): Promise<string> => {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const found = wanted.exec(text.slice(heard));
      if (found) {
        const from = heard;
        heard += found.index + found[0].length;
        return text.slice(from, heard);
      }
      if (performance.now() > deadline || child.exitCode !== null) {
        throw new Error(`the guest never said ${wanted}; it said: ${JSON.stringify(text.slice(heard).slice(-2000))}`);
      }
      await delay(20);
    }
  };
  const type = (line: string): void => void child.stdin.write(line);
  const qmp = undo.use(await retry(() => connectQmp(join(folder, "qmp"))));
  const held = undo.move();
  return {
    hear,
    type,
    said: () => text,
    qmp,
    ports,
    async agent() {
      const agent = await retry(() => connectGuestAgent(join(folder, "agent")));
      await retry(() => pingAgent(agent)); // QEMU answers the connection long before the guest does
      return agent;
    },
    async logIn(user, password) {
      await hear(/login: /);
      type(`${user}\n`);
      await hear(/assword: /);
      type(`${password}\n`);
      await hear(/[$#] /);
      if (user !== "root") {
        type("sudo -i\n");
        await hear(/# /);
      }
      // The prompt is put together by the shell, so that the echo of this line does not hold it.
      type("stty -echo; PS1=%%'%%'; export PS1\n");
      await hear(/%%%%/);
      return {
        async run(command) {
          type(`${command}\n`);
          return (await hear(/%%%%/)).replace(/%%%%$/, "").replaceAll("\r", "").trim();
        },
      };
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

function argumentsOf(
  options: BareGuestOptions,
  folder: string,
  disk: string,
  ports: BareGuest["ports"],
): readonly string[] {
  const { bus = "virtio", firmware = "bios", memoryMiB = 256, seeds = [], nics = [], devices = [] } = options;
  const drive = (id: string, file: string, format: string, more = ""): string[] => [
    ...["-blockdev", `driver=file,filename=${file},node-name=${id}-file${more}`],
    ...["-blockdev", `driver=${format},file=${id}-file,node-name=${id}${more}`],
  ];
  const variables = join(folder, "variables.fd");
  if (firmware === "uefi") copyFileSync("/usr/share/OVMF/OVMF_VARS_4M.fd", variables);
  return [
    ...["-machine", "q35", "-accel", "tcg,tb-size=128", "-m", String(memoryMiB), "-nodefaults", "-no-user-config"],
    ...["-display", "none", "-serial", "stdio", "-action", "shutdown=pause,panic=pause"],
    ...["-qmp", `unix:${join(folder, "qmp")},server=on,wait=off`],
    ...(firmware === "uefi"
      ? [
          ...["-drive", "if=pflash,format=raw,unit=0,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd"],
          ...["-drive", `if=pflash,format=raw,unit=1,file=${variables}`],
        ]
      : []),
    ...["-device", "virtio-serial-pci", "-chardev", `socket,id=agent,path=${join(folder, "agent")},server=on,wait=off`],
    ...["-device", "virtserialport,chardev=agent,id=agent,name=org.qemu.guest_agent.0"],
    ...["-device", "virtio-scsi-pci,id=scsi", "-device", "qemu-xhci,id=usb", "-device", "virtio-rng-pci"],
    ...drive("root", disk, "qcow2"),
    ...["-device", `${rootDevices[bus]},drive=root,bootindex=1`],
    ...seeds.flatMap(({ bus: seedBus, file }, index) => [
      ...drive(`seed${index}`, file, "raw", ",read-only=on"),
      ...["-device", `${seedDevices[seedBus]},drive=seed${index}`],
    ]),
    ...nics.flatMap((nic, index) => {
      const forwards = `hostfwd=tcp:127.0.0.1:${ports.http}-:80,hostfwd=tcp:127.0.0.1:${ports.ssh}-:22`;
      const backend = nic === "user" ? `user,${forwards}` : `tap,ifname=${nic.tap},script=no,downscript=no`;
      const mac = nic === "user" ? "" : `,mac=${nic.mac}`;
      return ["-netdev", `${backend},id=net${index}`, "-device", `virtio-net-pci,netdev=net${index},romfile=${mac}`];
    }),
    ...devices.flatMap((device) => ["-device", device]),
  ];
}

const rootDevices = {
  virtio: "virtio-blk-pci",
  sata: "ide-hd,bus=ide.0",
  scsi: "scsi-hd,bus=scsi.0",
  usb: "usb-storage,bus=usb.0",
} as const;

const seedDevices = {
  cdrom: "ide-cd,bus=ide.1",
  virtio: "virtio-blk-pci",
  "scsi-cdrom": "scsi-cd,bus=scsi.0",
} as const;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return address.port;
}

async function retry<T>(attempt: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + never;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await delay(200);
    }
  }
}
