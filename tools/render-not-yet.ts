/** `docs/not-yet.md`, from what the schemas say of themselves. */
import { type SchemaNode, VirtualMachine } from "@peapod/api";

export function renderNotYet(): string {
  const rows = unhonoured(VirtualMachine.schema, "").map(
    ({ path, schema }) => `| \`${path}\` | ${taken(schema)} | ${schema.because ?? ""} |`,
  );
  return `${[...introduction, ...rows.sort()].join("\n")}\n`;
}

interface Unhonoured {
  readonly path: string;
  readonly schema: SchemaNode;
}

function unhonoured(schema: SchemaNode, path: string): readonly Unhonoured[] {
  if (schema.honoured === false) return [{ path, schema }];
  const children = Object.entries(schema.properties ?? {}).flatMap(([name, child]) =>
    unhonoured(child, path === "" ? name : `${path}.${name}`),
  );
  return [...children, ...(schema.items ? unhonoured(schema.items, `${path}[]`) : [])];
}

/** What may be written all the same. */
function taken({ honouredValues }: SchemaNode): string {
  return honouredValues?.map((value) => `\`${JSON.stringify(value)}\``).join(" ") ?? "–";
}

const introduction = [
  "# What a machine cannot ask for yet",
  "",
  "Made from the schemas (`honoured: false` in `packages/api/src/kinds/kubevirt/`). Peapod knows every field of upstream's",
  "VirtualMachine. One that it cannot honour is refused at admission with its path and the sentence below, and never silently left out;",
  "written empty, false or with a value of the second column it passes.",
  "",
  "| field | taken | why not |",
  "| --- | --- | --- |",
];
