/**
 * Named places where the process can be told to die, so that a test can walk them all and look at what is left. Arming is done
 * by entry points through `setDieAfter()` of `@peapod/machinery/node`; unarmed, `reached()` costs a comparison.
 */
const known = new Set<string>();
let armed: { readonly name: string; readonly die: () => void } | undefined;

/** Says that the process has got past the step called `name`, for example `"guests/startDomain"`. Dies here when told to. */
export function reached(name: string): void {
  if (armed?.name === name) armed.die();
}

/**
 * Registers names, so that `listCheckpoints()` can enumerate them.
 *
 * @returns the same names, for use as a union type: `(typeof checkpoints)[number]`
 */
export function defineCheckpoints<const N extends readonly string[]>(names: N): N {
  for (const name of names) known.add(name);
  return names;
}

/** All names that loaded modules have registered, sorted. */
export function listCheckpoints(): readonly string[] {
  return [...known].sort();
}

/** Makes the next `reached(name)` call `die`; undefined disarms. */
export function armCheckpoint(name: string | undefined, die: () => void): void {
  armed = name === undefined || name === "" ? undefined : { name, die };
}
