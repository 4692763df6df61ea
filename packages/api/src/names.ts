/**
 * Checks a name; returns what is wrong with it in Kubernetes' sentences, nothing when it is fine.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
 */
export type NameRule = (name: string) => readonly string[];

const labelForm = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const label1035Form = "[a-z]([-a-z0-9]*[a-z0-9])?";
const subdomainForm = `${labelForm}(\\.${labelForm})*`;
const qualifiedForm = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const labelValueForm = `(${qualifiedForm})?`;

const atEnds = "and must start and end with an alphanumeric character";
const qualifiedRule = `must consist of alphanumeric characters, '-', '_' or '.', ${atEnds}`;

/** `my-name`: namespaces, hostnames. At most 63 characters. */
export const dns1123Label: NameRule = (name) => [
  ...tooLong(name, 63),
  ...mismatch(
    name,
    labelForm,
    `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', ${atEnds}`,
    ["my-name", "123-abc"],
  ),
];

/** `my-name`, beginning with a letter: services. At most 63 characters. */
export const dns1035Label: NameRule = (name) => [
  ...tooLong(name, 63),
  ...mismatch(
    name,
    label1035Form,
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
    ["my-name", "abc-123"],
  ),
];

/** `example.com`: most names. At most 253 characters. */
export const dns1123Subdomain: NameRule = (name) => [
  ...tooLong(name, 253),
  ...mismatch(
    name,
    subdomainForm,
    `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', ${atEnds}`,
    ["example.com"],
  ),
];

/** Anything that can stand in a path: RBAC's names, such as `system:node`. */
export const pathSegment: NameRule = (name) => {
  if (name === "." || name === "..") return [`may not be '${name}'`];
  return ["/", "%"]
    .filter((character) => name.includes(character))
    .map((character) => `may not contain '${character}'`);
};

/** `example.com/MyName`: keys of labels and annotations, finalizers, condition types. */
export const qualifiedName: NameRule = (name) => {
  const examples = ["MyName", "my.name", "123-abc"];
  const [first = "", second, ...more] = name.split("/");
  if (more.length > 0) {
    const form = regexSentence(qualifiedRule, qualifiedForm, examples);
    return [`a qualified name ${form} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const prefix = second === undefined ? undefined : first;
  const local = second ?? first;
  const problems: string[] = [];
  if (prefix === "") problems.push("prefix part must be non-empty");
  else if (prefix !== undefined)
    problems.push(...dns1123Subdomain(prefix).map((sentence) => `prefix part ${sentence}`));
  if (local === "") return [...problems, "name part must be non-empty"];
  const wrong = [...tooLong(local, 63), ...mismatch(local, qualifiedForm, qualifiedRule, examples)];
  return [...problems, ...wrong.map((sentence) => `name part ${sentence}`)];
};

/** The value of a label. */
export const labelValue: NameRule = (value) => [
  ...tooLong(value, 63),
  ...mismatch(
    value,
    labelValueForm,
    `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', ${atEnds}`,
    ["MyValue", "my_value", "12345"],
  ),
];

/** A `generateName` may end in a dash, for more will follow. */
export function asPrefix(rule: NameRule): NameRule {
  return (prefix) => rule(prefix.length > 1 && prefix.endsWith("-") ? `${prefix.slice(0, -1)}a` : prefix);
}

function tooLong(name: string, max: number): readonly string[] {
  return name.length > max ? [`must be no more than ${max} characters`] : [];
}

function mismatch(name: string, form: string, rule: string, examples: readonly string[]): readonly string[] {
  return new RegExp(`^(?:${form})$`).test(name) ? [] : [regexSentence(rule, form, examples)];
}

/** The two blanks before "or" are Kubernetes' own. */
function regexSentence(rule: string, form: string, examples: readonly string[]): string {
  const list = examples.map((example) => `'${example}', `).join(" or ");
  return `${rule} (e.g. ${list}regex used for validation is '${form}')`;
}
