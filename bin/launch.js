// Any Node that npm can run parses this file; it hands over to the Node of our dependencies, which runs the sources.
"use strict";

var childProcess = require("child_process");
var fs = require("fs");
var os = require("os");
var path = require("path");

/** Commands that touch the machine; the rest speak to the API. */
var machineCommands = ["up", "down", "image", "guest-image", "node", "domain"];

module.exports = function launch(program) {
  // npm links executables: what counts is where the file really lies.
  var root = path.dirname(path.dirname(fs.realpathSync(process.argv[1])));
  var argv = process.argv.slice(2);
  var node = findNode(root);
  if (node === undefined) {
    console.error("Error: Cannot run " + program + ": its Node is not installed in " + path.join(root, "node_modules"));
    console.error("Try:   npm ci --prefix " + root);
    process.exit(1);
  }
  var script = scriptFor(root, program, argv);
  // It takes our place as far as that goes: our streams, our signals, its exit code.
  var child = childProcess.spawn(node, [script].concat(argv), {
    stdio: "inherit",
    env: Object.assign({}, process.env, { PEAPOD_PROGRAM: program })
  });
  // A terminal sends its own signals to both of us; passing them on would double them.
  process.on("SIGINT", function () {});
  ["SIGTERM", "SIGHUP"].forEach(function (signal) {
    process.on(signal, function () {
      child.kill(signal);
    });
  });
  child.on("error", function (error) {
    console.error("Error: Cannot run " + node + ": " + error.message);
    process.exit(1);
  });
  child.on("exit", function (code, signal) {
    process.exit(signal ? 128 + os.constants.signals[signal] : code);
  });
};

function scriptFor(root, program, argv) {
  var packages = path.join(root, "packages");
  var isMachines = program === "peapod" && machineCommands.indexOf(argv[0] === "help" ? argv[1] : argv[0]) >= 0;
  if (!isMachines) return path.join(packages, "cli", "src", "main.ts");
  if (argv[0] === "help") argv.splice(0, 2, argv[1], "--help");
  return path.join(packages, "platform", "src", "bin", "peapod.ts");
}

function findNode(root) {
  var candidates = [
    path.join(root, "node_modules", ".bin", "node"),
    path.join(root, "node_modules", "node-linux-" + process.arch, "bin", "node")
  ];
  for (var i = 0; i < candidates.length; i++) {
    if (fs.existsSync(candidates[i])) return candidates[i];
  }
  // Ours is missing: the one that reads this may do.
  return parseInt(process.versions.node, 10) >= 24 ? process.execPath : undefined;
}
