/** What a JSON-form argument may hold. `undefined` properties are left out. */
export type JsonProperties = {
  readonly [name: string]: string | number | boolean | null | undefined | JsonProperties | readonly string[];
};

/**
 * One argument in JSON form (`-blockdev`, `-device`, `-netdev`, `-object`): a comma in a file name needs no care there.
 *
 * @see https://www.qemu.org/docs/master/system/invocation.html
 */
export function jsonArgument(flag: `-${string}`, properties: JsonProperties): string[] {
  return [flag, JSON.stringify(properties)];
}

/** One argument in `key=value,…` form, for the flags that know no other: a comma in a value is doubled, true and false read on and off. */
export function keyValueArgument(
  flag: `-${string}`,
  leading: string | undefined,
  values: { readonly [key: string]: string | number | boolean | undefined },
): string[] {
  const parts = leading === undefined ? [] : [escapeCommas(leading)];
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined) continue;
    const text = typeof value === "boolean" ? (value ? "on" : "off") : String(value);
    parts.push(`${key}=${escapeCommas(text)}`);
  }
  return [flag, parts.join(",")];
}

function escapeCommas(text: string): string {
  return text.replaceAll(",", ",,");
}
