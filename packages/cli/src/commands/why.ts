import { parseTarget } from "../port-forward/parse.ts";
import { observeMachine } from "../why/observe.ts";
import { planAnswer, renderAnswer } from "../why/plan.ts";
import type { Command } from "./command.ts";

export const why: Command = {
  name: "why",
  use: "NAME",
  short: "Say why a virtual machine is not running or not ready, and the way out",
  example: "  PROGRAM why web\n  PROGRAM why vmi/web/team",
  args: 1,
  completes: ["vm"],
  isPeapods: true,
  run: async (context) => {
    const [word = ""] = context.flags.args;
    const target = word.includes("/") ? parseTarget(word) : { name: word, namespace: undefined };
    const access = await context.access();
    const there = { ...access, namespace: target.namespace ?? access.namespace };
    const facts = await observeMachine(context, there, target.name);
    context.io.stdout.write(renderAnswer(planAnswer(facts)));
  },
};
