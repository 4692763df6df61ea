/** QEMU refused a command. `errorClass` is its word (`GenericError`, `CommandNotFound`, `DeviceNotFound`), the message its sentence. */
export class QmpError extends Error {
  override readonly name = "QmpError";
  readonly command: string;
  readonly errorClass: string;
  constructor(command: string, errorClass: string, description: string) {
    super(`${command}: ${description}`);
    this.command = command;
    this.errorClass = errorClass;
  }
}

/** The monitor took the connection but greets nobody: another client holds it. Try the spare one. */
export class QmpBusyError extends Error {
  override readonly name = "QmpBusyError";
  constructor(path: string) {
    super(`Cannot speak to QEMU through "${path}": another client holds this monitor`);
  }
}

/** The connection ended: QEMU is gone, or closed it. */
export class QmpClosedError extends Error {
  override readonly name = "QmpClosedError";
}

/** No answer in time. The connection stays usable: the late answer is recognised and dropped. */
export class QmpTimeoutError extends Error {
  override readonly name = "QmpTimeoutError";
  constructor(command: string, deadlineMs: number) {
    super(`QEMU did not answer ${command} within ${deadlineMs} ms`);
  }
}
