/** The end of a command that has nothing to say beside its exit code. */
export class ExitError extends Error {
  override readonly name = "ExitError";
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`ended with code ${exitCode}`);
    this.exitCode = exitCode;
  }
}
