import { armCheckpoint } from "../checkpoint/checkpoint.ts";

/** Makes this process kill itself, as `kill -9` would, at the next `reached(name)`. Entry points pass `PEAPOD_DIE_AFTER`. */
export function setDieAfter(name: string | undefined): void {
  armCheckpoint(name, () => process.kill(process.pid, "SIGKILL"));
}
