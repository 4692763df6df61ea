import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { VirtualMachineInstance } from "../kinds/kubevirt/virtual-machine-instance.ts";
import { intOrString, notYet, object, oneOf, optional, quantity, string } from "../schema.ts";
import { refreshFieldTables } from "./refresh-field-tables.ts";
import { renderFieldTable, schemaAt } from "./render-field-table.ts";

test("renderFieldTable() shows nested fields, and a field that is not honoured as a whole", () => {
  const schema = object({
    size: quantity({ description: "How big." }),
    mode: optional(oneOf(["a", "b"], { description: "One | the other." })),
    port: optional(intOrString({ description: "Where.", ...notYet("only one port is known", [80]) })),
    tpm: optional(
      object(
        { kind: optional(string({ description: "Which." })) },
        { description: "A chip.", ...notYet("chips are yet to come") },
      ),
    ),
    nested: optional(object({ name: string({ description: "Its name." }) }, { description: "More." })),
    silent: optional(string()),
  });
  assert.equal(
    renderFieldTable(schema),
    [
      "| field | type | what it is |",
      "| --- | --- | --- |",
      "| `size` | quantity, required | How big. |",
      "| `mode` | `a` \\| `b` | One \\| the other. |",
      "| `port` | number or string | Where. **So far** `80`: only one port is known. |",
      "| `tpm` | object | A chip. **Not yet:** chips are yet to come. |",
      "| `nested` | object | More. |",
      "| `nested.name` | string, required | Its name. |",
    ].join("\n"),
  );
});

test("schemaAt() follows fields and items", () => {
  const disk = schemaAt(VirtualMachineInstance.schema, "spec.domain.devices.disks[]");
  assert.ok(disk?.properties?.["bootOrder"]);
  assert.equal(schemaAt(VirtualMachineInstance.schema, "spec.nothing"), undefined);
});

test("refreshFieldTables() replaces what stands between the marks, and says what it does not know", () => {
  const page = "before\n<!-- fields NetworkAttachmentDefinition spec -->\nold\n<!-- /fields -->\nafter\n";
  const fresh = refreshFieldTables(page);
  assert.match(
    fresh,
    /^before\n<!-- fields NetworkAttachmentDefinition spec -->\n\n\| field [\s\S]*`config`[\s\S]*<!-- \/fields -->\nafter\n$/,
  );
  assert.equal(refreshFieldTables(fresh), fresh);
  assert.throws(() => refreshFieldTables("<!-- fields Nothing spec -->\n<!-- /fields -->"), /no such kind or path/);
});

const folder = new URL("../../../../docs/kinds/", import.meta.url);
for (const page of readdirSync(folder)) {
  test(`docs/kinds/${page} shows the fields as the schemas have them`, () => {
    const text = readFileSync(new URL(page, folder), "utf8");
    assert.equal(refreshFieldTables(text), text);
  });
}
