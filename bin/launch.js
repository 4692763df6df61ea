// Any Node since 16 runs this; it hands over to the Node of our dependencies, which runs the TypeScript sources.
const { spawn } = require("node:child_process");
const { existsSync, realpathSync } = require("node:fs");
const { constants } = require("node:os");
const { dirname, join } = require("node:path");

/** Commands that touch the machine; the rest speak to the API. */
const machineCommands = ["up", "down", "image", "guest-image", "node", "domain", "ipam"];

/**
 * What runs for months should stay small: V8 keeps three times the first, in MiB, of short-lived objects before it looks what may go;
 * of its two optimizing compilers one, the better, is enough; the last lets Peapod ask for a collection once it has started
 * (packages/platform/src/supervise/start-up-memory.ts).
 */
const smallHeap = ["--max-semi-space-size=1", "--no-maglev", "--expose-gc"];

module.exports = function launch(program) {
  // npm links executables: what counts is where the file really lies.
  const root = dirname(dirname(realpathSync(process.argv[1])));
  const node = findNode(root);
  if (node === undefined) {
    console.error(`Error: Cannot run ${program}: there is no Node for it in ${join(root, "node_modules")}`);
    console.error(`Try:   npm ci --prefix ${root}`);
    process.exit(1);
  }
  // It takes our place as far as that goes: our streams, our signals, its exit code.
  const child = spawn(node, commandLine(root, program, process.argv.slice(2)), {
    stdio: "inherit",
    // Compiled sources are kept beside our dependencies, not in a folder that others may write to.
    env: {
      NODE_COMPILE_CACHE: join(root, "node_modules", ".cache", "node"),
      // Our threads allocate little: arenas of their own would only lie about. What is freed goes back to the machine from 64 KiB on.
      MALLOC_ARENA_MAX: "2",
      MALLOC_TRIM_THRESHOLD_: "65536",
      MALLOC_MMAP_THRESHOLD_: "65536",
      ...process.env,
      PEAPOD_PROGRAM: program,
    },
  });
  // A terminal sends Ctrl-C to both of us, and passing it on would double it; without one it comes from somebody's kill.
  process.on("SIGINT", () => {
    if (!process.stdin.isTTY) child.kill("SIGINT");
  });
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    console.error(`Error: Cannot run ${node}: ${error.message}`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code));
};

function commandLine(root, program, argv) {
  const isHelp = argv[0] === "help";
  if (program === "peapod" && machineCommands.includes(argv[isHelp ? 1 : 0])) {
    const words = isHelp ? [argv[1], "--help"] : argv;
    return [...smallHeap, join(root, "packages", "platform", "src", "bin", "peapod.ts"), ...words];
  }
  return [join(root, "packages", "cli", "src", "main.ts"), ...argv];
}

function findNode(root) {
  const modules = join(root, "node_modules");
  const candidates = [join(modules, ".bin", "node"), join(modules, `node-linux-${process.arch}`, "bin", "node")];
  const found = candidates.find((path) => existsSync(path));
  // Ours is missing: the one that reads this may do.
  return found || (parseInt(process.versions.node, 10) >= 24 ? process.execPath : undefined);
}
