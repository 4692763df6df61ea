/** The agent refused a command, in its own words. */
export class GuestAgentError extends Error {
  override readonly name = "GuestAgentError";
  readonly command: string;
  readonly errorClass: string;
  constructor(command: string, errorClass: string, description: string) {
    super(`${command}: ${description}`);
    this.command = command;
    this.errorClass = errorClass;
  }

  /** While its filesystems are frozen the agent refuses nearly everything. It is well. */
  get isFrozen(): boolean {
    return this.message.includes("the agent is in frozen state");
  }
}

/** No agent runs in the guest, or it hangs. Nothing tells the two apart. */
export class GuestAgentTimeoutError extends Error {
  override readonly name = "GuestAgentTimeoutError";
  constructor(command: string, deadlineMs: number) {
    super(`The guest agent did not answer ${command} within ${deadlineMs} ms`);
  }
}

export class GuestAgentClosedError extends Error {
  override readonly name = "GuestAgentClosedError";
}
