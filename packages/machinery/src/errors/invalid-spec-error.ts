/** The manifest asks for something impossible. Its author can fix it, so we report it and do not retry. */
export class InvalidSpecError extends Error {
  override readonly name = "InvalidSpecError";
  /** `spec.template.spec.networks[1]` */
  readonly path: string;
  /** One sentence, imperative. */
  readonly advice: string;
  constructor(message: string, options: { readonly path: string; readonly advice: string; readonly cause?: unknown }) {
    super(message, { cause: options.cause });
    this.path = options.path;
    this.advice = options.advice;
  }
}
