/**
 * What label keys and values may look like, in Kubernetes' sentences.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
 */

const namePattern = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const valuePattern = `(${namePattern})?`;
const subdomainPattern = "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";

/** @returns what is wrong with a label or annotation key; empty when nothing is */
export function labelKeyErrors(key: string): readonly string[] {
  const parts = key.split("/");
  if (parts.length > 2) {
    const examples = examplesOf(namePattern, ["MyName", "my.name", "123-abc"]);
    return [
      `a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character ${examples} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const [prefix, name] = parts.length === 2 ? [parts[0] ?? "", parts[1] ?? ""] : [undefined, key];
  const errors: string[] = [];
  if (prefix === "") errors.push("prefix part must be non-empty");
  else if (prefix !== undefined) errors.push(...subdomainErrors(prefix).map((error) => `prefix part ${error}`));
  if (name === "") errors.push("name part must be non-empty");
  if (name.length > 63) errors.push("name part must be no more than 63 characters");
  if (!matches(namePattern, name)) {
    errors.push(
      `name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character ${examplesOf(namePattern, ["MyName", "my.name", "123-abc"])}`,
    );
  }
  return errors;
}

/** @returns what is wrong with a label's value; empty when nothing is */
export function labelValueErrors(value: string): readonly string[] {
  const errors: string[] = [];
  if (value.length > 63) errors.push("must be no more than 63 characters");
  if (!matches(valuePattern, value)) {
    errors.push(
      `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character ${examplesOf(valuePattern, ["MyValue", "my_value", "12345"])}`,
    );
  }
  return errors;
}

function subdomainErrors(name: string): readonly string[] {
  const errors: string[] = [];
  if (name.length > 253) errors.push("must be no more than 253 characters");
  if (!matches(subdomainPattern, name)) {
    errors.push(
      `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${subdomainPattern}')`,
    );
  }
  return errors;
}

/** Upstream joins several examples with two blanks after the comma; clients compare the whole sentence. */
function examplesOf(pattern: string, examples: readonly string[]): string {
  return `(e.g. ${examples.map((example) => `'${example}'`).join(",  or ")}, regex used for validation is '${pattern}')`;
}

function matches(pattern: string, text: string): boolean {
  return new RegExp(`^${pattern}$`).test(text);
}
