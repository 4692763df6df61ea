import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Admission, ConfigMap, invalid } from "@peapod/api";
import { type ApiServer, createApiServer } from "../server.ts";
import { type CallOptions, callServer } from "../testing/call-server.ts";

const path = "/api/v1/namespaces/default/configmaps";

/** There may be one ConfigMap of a seat; seats are written in capitals. */
const seats: Admission<ConfigMap> = {
  kind: ConfigMap,
  webhookName: "seats.example.com",
  namesObject: true,
  announce: ({ object }) =>
    seatOf(object) === seatOf(object).toUpperCase() ? [] : [`${seatOf(object)} is written in capitals`],
  mutate: ({ object }) => ({ ...object, data: { seat: seatOf(object).toUpperCase() } }),
  validate: ({ object, operation, list }) => {
    const others = list(ConfigMap, { namespace: "default" }).filter(
      ({ metadata }) => metadata.name !== object.metadata.name,
    );
    const other = others.find((one) => seatOf(one) === seatOf(object));
    return other && operation === "CREATE"
      ? [invalid("data.seat", seatOf(object), `it is taken by ${other.metadata.name}`)]
      : [];
  },
  warn: ({ operation, object }) => (operation === "DELETE" ? [`${object.metadata.name} gives up its seat`] : []),
};

function seatOf({ data }: ConfigMap): string {
  return data?.["seat"] ?? "";
}

let server: ApiServer;
before(async () => {
  server = await createApiServer({ admissions: [seats as unknown as Admission] });
});
after(() => server.close());

const send = (method: string, at: string, options: CallOptions = {}) => callServer(server, method, at, options);
const take = (name: string, seat: string) => send("POST", path, { body: { metadata: { name }, data: { seat } } });

test("of two that cannot both be, one gets in, also when they come at once", async () => {
  const names = Array.from({ length: 8 }, (_, index) => `one-${index}`);
  const codes = await Promise.all(names.map(async (name) => (await take(name, "A1")).code));
  assert.deepEqual(codes.toSorted(), [201, 422, 422, 422, 422, 422, 422, 422]);
});

test("a refusal names its object where the admission says so", async () => {
  await take("first", "B1");
  const { code, json } = await take("second", "B1");
  assert.equal(code, 422);
  assert.equal(
    json.message,
    'admission webhook "seats.example.com" denied the request: ConfigMap "second" is invalid: data.seat: Invalid value: "B1": it is taken by first',
  );
  assert.deepEqual(json.details, {
    name: "second",
    kind: "ConfigMap",
    causes: [{ reason: "FieldValueInvalid", message: 'Invalid value: "B1": it is taken by first', field: "data.seat" }],
  });
});

test("admission says what it changes before it does, and warns on deletion too", async () => {
  const made = await take("lower", "c1");
  assert.equal(made.json.data.seat, "C1");
  assert.equal(made.headers.get("warning"), '299 - "c1 is written in capitals"');
  const gone = await send("DELETE", `${path}/lower`);
  assert.equal(gone.headers.get("warning"), '299 - "lower gives up its seat"');
});
