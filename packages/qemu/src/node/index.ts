/** What talks to QEMU and its programs: monitors, the guest agent, images, processes. */
export { type Acceleration, type ProbeOptions, probeAcceleration } from "../acceleration/probe.ts";
export { type Adoption, adoptGuest, isMonitorTrouble } from "../guest/adopt.ts";
export { Guest, type GuestState, type Shutdown } from "../guest/guest.ts";
export {
  findGuestProcesses,
  identifyProcess,
  isAlive,
  killProcess,
  type ProcessIdentity,
  readBootId,
  waitForExit,
} from "../guest/process.ts";
export { type GuestRecord, lastWords } from "../guest/record.ts";
export { reopenTap } from "../guest/reopen-tap.ts";
export { GuestStartError, removeSockets, type StartedGuest, type StartOptions, startGuest } from "../guest/start.ts";
export { destroyGuest, type PowerDownResult, powerDown } from "../guest/stop.ts";
export * from "../guest-agent/actions.ts";
export * from "../guest-agent/connection.ts";
export * from "../guest-agent/errors.ts";
export * from "../guest-agent/information.ts";
export * from "../guest-agent/programs.ts";
export * from "../image/qemu-img.ts";
export { ProgramError } from "../process/run.ts";
export * from "../qmp/connection.ts";
export * from "../qmp/errors.ts";
export type { QmpEvent, QmpGreeting } from "../qmp/messages.ts";
export * from "../qmp/verbs.ts";
export type { Launch } from "../render/launch.ts";
