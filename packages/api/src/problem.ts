/** One thing wrong with a manifest. Everything wrong is reported at once, as `causes` of one `Invalid` Status. */
export interface Problem {
  /** `spec.template.spec.domain.devices.disks[0].name` */
  readonly path: string;
  /** Upstream's sentence where upstream has one. */
  readonly message: string;
  readonly reason:
    | "FieldValueInvalid"
    | "FieldValueRequired"
    | "FieldValueDuplicate"
    | "FieldValueNotSupported"
    | "FieldValueForbidden"
    | "FieldValueNotFound"
    | "FieldValueTooLong"
    | "FieldValueTypeInvalid";
}
