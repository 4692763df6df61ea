import { isQuantity, type SchemaNode } from "../schema.ts";
import { describeField, markdown } from "./describe-field.ts";

/**
 * A Markdown table of the fields of one object, nested ones too: name, type, what it is for. A field that is not honoured stands there as
 * a whole, with the reason. A field without a description (status of what is yet to come) is left out.
 *
 * @param except  fields of the object itself that another table shows
 */
export function renderFieldTable(schema: SchemaNode, except: readonly string[] = []): string {
  const rows = rowsOf(schema, "", except).map(
    ({ name, type, text }) => `| \`${name}\` | ${type} | ${escapeCell(text)} |`,
  );
  return ["| field | type | what it is |", "| --- | --- | --- |", ...rows].join("\n");
}

/** The schema at a path such as `spec.domain.devices.disks[]`; undefined when there is none. */
export function schemaAt(schema: SchemaNode, path: string): SchemaNode | undefined {
  const steps = path.match(/[^.[\]]+|\[\]/g) ?? [];
  return steps.reduce<SchemaNode | undefined>(
    (node, step) => (step === "[]" ? node?.items : node?.properties?.[step]),
    schema,
  );
}

interface Row {
  readonly name: string;
  readonly type: string;
  readonly text: string;
}

function rowsOf(schema: SchemaNode, path: string, except: readonly string[]): readonly Row[] {
  return Object.entries(schema.properties ?? {})
    .filter(([name, { description }]) => !except.includes(name) && description !== undefined)
    .flatMap(([name, field]) => {
      const at = path === "" ? name : `${path}.${name}`;
      const isRequired = schema.required?.includes(name) ?? false;
      const row = { name: at, type: describeType(field, isRequired), text: describeField(field, markdown) };
      const isWhole = field.honoured === false && !field.honouredValues;
      return isWhole || isForeign(field) ? [row] : [row, ...rowsBelow(field, at)];
    });
}

function rowsBelow(field: SchemaNode, path: string): readonly Row[] {
  if (field.items) return isForeign(field.items) ? [] : rowsOf(field.items, `${path}[]`, []);
  return rowsOf(field, path, []);
}

/** Kubernetes' own structures are Kubernetes' to explain. */
function isForeign(schema: SchemaNode): boolean {
  return Object.values(schema.properties ?? schema.items?.properties ?? {}).some(({ wire }) => wire !== undefined);
}

function describeType(schema: SchemaNode, isRequired: boolean): string {
  return `${typeName(schema)}${isRequired ? ", required" : ""}`;
}

function typeName(schema: SchemaNode): string {
  if (isQuantity(schema)) return "quantity";
  if (schema["x-kubernetes-int-or-string"]) return "number or string";
  if (schema.format === "date-time") return "time";
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(" \\| ");
  if (schema.items) return `list of ${typeName(schema.items)}s`;
  if (schema.additionalProperties) return `map of ${typeName(schema.additionalProperties)}`;
  return schema.type ?? "anything";
}

function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|");
}
