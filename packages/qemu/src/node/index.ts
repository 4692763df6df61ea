/** What talks to QEMU and its programs: monitors, the guest agent, images, processes. */
export * from "../image/qemu-img.ts";
export { ProgramError } from "../process/run.ts";
export * from "../qmp/connection.ts";
export * from "../qmp/errors.ts";
export type { QmpEvent, QmpGreeting } from "../qmp/messages.ts";
export * from "../qmp/verbs.ts";
