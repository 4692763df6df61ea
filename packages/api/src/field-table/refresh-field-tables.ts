import type { Kind } from "../kind.ts";
import { peapodKinds } from "../kinds/peapod.ts";
import { renderFieldTable, schemaAt } from "./render-field-table.ts";

const marked = /<!-- fields (\S+) (\S+)(?: except (\S+))? -->\n[\s\S]*?<!-- \/fields -->/g;

/**
 * A manual page with its field tables made anew from the schemas: what stands between `<!-- fields KIND PATH -->` (with `except a,b` for
 * fields shown elsewhere) and `<!-- /fields -->`. The rest stays as its author wrote it.
 *
 * @throws {Error} when a page names a kind or path that there is not
 */
export function refreshFieldTables(page: string, kinds: readonly Kind[] = peapodKinds): string {
  return page.replace(marked, (_, kindName: string, path: string, except: string | undefined) => {
    const kind = kinds.find((one) => one.kind === kindName);
    const schema = kind && schemaAt(kind.schema, path);
    if (!schema) throw new Error(`Cannot render the fields of "${kindName} ${path}": there is no such kind or path`);
    const table = renderFieldTable(schema, except?.split(","));
    const marker = `fields ${kindName} ${path}${except ? ` except ${except}` : ""}`;
    return `<!-- ${marker} -->\n\n${table}\n\n<!-- /fields -->`;
  });
}
