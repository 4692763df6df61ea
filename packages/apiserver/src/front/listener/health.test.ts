import assert from "node:assert/strict";
import { test } from "node:test";
import { createHealth, type HealthCheck } from "./health.ts";

const sick: HealthCheck = { name: "store", check: () => "the disk is full" };
const well: HealthCheck = { name: "store", check: () => undefined };

async function ask(path: string, store: HealthCheck) {
  const response = await createHealth({ ready: [store] })(new URL(path, "https://api"));
  assert.ok(response);
  return [response.status, await response.text()];
}

test("createHealth() answers ok when everything is well, and says more to people", async () => {
  assert.deepEqual(await ask("/readyz", well), [200, "ok"]);
  assert.deepEqual(await ask("/healthz/", well), [200, "ok"]);
  assert.deepEqual(await ask("/readyz?verbose", well), [200, "[+]ping ok\n[+]store ok\nreadyz check passed\n"]);
});

test("createHealth() says what is wrong", async () => {
  const failed = "[+]ping ok\n[-]store failed: the disk is full\nreadyz check failed\n";
  assert.deepEqual(await ask("/readyz", sick), [500, failed]);
  const broken: HealthCheck = {
    name: "store",
    check: () => {
      throw new Error("the disk is full");
    },
  };
  assert.deepEqual(await ask("/readyz", broken), [500, failed]);
});

test("createHealth() looks at one check, or leaves one out", async () => {
  assert.deepEqual(await ask("/readyz?exclude=store", sick), [200, "ok"]);
  assert.deepEqual(await ask("/readyz/ping", sick), [200, "ok"]);
  assert.equal((await ask("/readyz/store", sick))[0], 500);
});

test("createHealth() keeps a process alive that only is not ready", async () => {
  assert.deepEqual(await ask("/livez", sick), [200, "ok"]);
});

test("createHealth() leaves other paths to others", async () => {
  const health = createHealth();
  for (const path of ["/", "/healthz/a/b", "/readyz/unknown", "/metrics", "/constructor"]) {
    assert.equal(await health(new URL(path, "https://api")), undefined, path);
  }
});
