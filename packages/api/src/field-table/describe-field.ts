import type { SchemaNode } from "../schema.ts";

/**
 * What a field is for and, where it is not honoured, what of it is and why: for manual pages and `kubectl explain`.
 *
 * @param mark  how a word stands out; not at all unless given
 */
export function describeField(
  { description = "", honoured, honouredValues, because }: SchemaNode,
  mark: { readonly strong: (text: string) => string; readonly code: (text: string) => string } = plain,
): string {
  if (honoured !== false) return description;
  if (!honouredValues) return `${description} ${mark.strong("Not yet:")} ${because}.`.trim();
  const values = honouredValues.map((value) => mark.code(typeof value === "string" ? value : JSON.stringify(value)));
  return `${description} ${mark.strong("So far")} ${values.join(", ")}: ${because}.`.trim();
}

export const markdown = { strong: (text: string) => `**${text}**`, code: (text: string) => `\`${text}\`` };

const plain = { strong: (text: string) => text, code: (text: string) => text };
