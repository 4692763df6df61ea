/** An annotation says what cannot be read or honoured. Its author can mend it, so it is refused where the object is admitted. */
export class AnnotationError extends Error {
  override readonly name = "AnnotationError";
  /** `ipam.spidernet.io/ippools` */
  readonly annotation: string;

  constructor(annotation: string, message: string) {
    super(message);
    this.annotation = annotation;
  }
}

export type Annotations = { readonly [annotation: string]: string };

/** In Spiderpool's words. */
export function wrongFormat(annotation: string, because: string): AnnotationError {
  return new AnnotationError(annotation, `wrong input, invalid format of Pod annotation '${annotation}': ${because}`);
}
