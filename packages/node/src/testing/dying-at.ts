import { armCheckpoint } from "@peapod/machinery";

/**
 * Takes the steps, one after the other, with an agent that stops dead at a checkpoint if it comes past it. Steps after its death are
 * not taken: they would meddle with what the next agent does.
 */
export async function dyingAt(
  name: string,
  agent: { readonly stop: AbortController },
  steps: readonly (() => unknown)[],
): Promise<void> {
  const death = Promise.withResolvers<void>();
  armCheckpoint(name, () => {
    armCheckpoint(undefined, () => {});
    agent.stop.abort(); // no retry, no clean-up: the effect sees an abort and goes no further
    death.resolve();
    throw new Error("died");
  });
  const takeSteps = async (): Promise<void> => {
    for (const step of steps) {
      if (agent.stop.signal.aborted) return;
      await step();
    }
  };
  try {
    await Promise.race([takeSteps(), death.promise]);
  } finally {
    armCheckpoint(undefined, () => {});
  }
}
