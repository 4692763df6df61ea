import { enableCompileCache } from "node:module";
import { hostname } from "node:os";
import { fileURLToPath } from "node:url";
import { describeFailure } from "../commands/report-error.ts";
import { UsageError } from "../config/flags.ts";
import { type Config, parseConfig } from "../config/parse-config.ts";

// Commands load what they need and no more: `image list` should not read the API server first.
enableCompileCache();
process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  try {
    return await carryOut(parseConfig(argv, process.env, hostname()));
  } catch (error) {
    console.error(describeFailure(error));
    return error instanceof UsageError ? 2 : 1;
  }
}

async function carryOut(config: Config): Promise<number> {
  const stop = stopSignal();
  const print = (line: string): void => console.log(line);
  switch (config.command) {
    case "up": {
      const { up } = await import("../commands/up.ts");
      const self = [process.execPath, ...process.execArgv, fileURLToPath(import.meta.url)];
      return up(config.up, { self, env: process.env, print, stop, dieAfter: process.env["PEAPOD_DIE_AFTER_CONTROL"] });
    }
    case "node": {
      const { runNode } = await import("../agent/run.ts");
      return runNode(config.node, { stop, dieAfter: process.env["PEAPOD_DIE_AFTER"], env: process.env });
    }
    case "down": {
      const { down } = await import("../commands/down.ts");
      return down(config, print);
    }
    case "image": {
      const { imageCommand } = await import("../commands/image.ts");
      for (const line of await imageCommand(config.image, config.dataDir, stop)) print(line);
      return 0;
    }
    case "guest-image": {
      const { guestImageCommand } = await import("../commands/guest-image.ts");
      print(await guestImageCommand(config.out, stop));
      return 0;
    }
    case "domain": {
      const { domainCommand } = await import("../commands/domain.ts");
      print(await domainCommand(config));
      return 0;
    }
    case "ipam check": {
      const { ipamCheckCommand } = await import("../commands/ipam-check.ts");
      return ipamCheckCommand(config, print);
    }
    case "help": {
      const { helpFor } = await import("../commands/help.ts");
      process.stdout.write(helpFor(config.topic));
      return 0;
    }
  }
}

/** The first Ctrl-C or TERM asks politely, the second is obeyed at once. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.once(name, () => controller.abort(new Error(`stopped by ${name}`)));
  }
  return controller.signal;
}
