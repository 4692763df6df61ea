/** A volume that cannot be made ready now. It is tried again: what is missing may come. */
export class VolumeError extends Error {
  override readonly name = "VolumeError";
  readonly volume: string;
  /** One sentence, imperative. */
  readonly advice: string;
  constructor(volume: string, because: string, advice: string, options: { readonly cause?: unknown } = {}) {
    super(`Cannot prepare volume "${volume}": ${because}`, options);
    this.volume = volume;
    this.advice = advice;
  }
}
