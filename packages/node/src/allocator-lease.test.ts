import assert from "node:assert/strict";
import { test } from "node:test";
import { Lease, Node } from "@peapod/api";
import { createFakeApi } from "@peapod/machinery/testing";
import { claimAllocator } from "./allocator-lease.ts";

const { signal } = new AbortController();

test("claimAllocator() gives the role to the first agent, and to nobody else while its node is there", async () => {
  const { client, put, remove } = createFakeApi({ kinds: [Lease, Node] });
  for (const name of ["n1", "n2"]) put(Node, { apiVersion: "v1", kind: "Node", metadata: { name } });
  const claim = (nodeName: string, instance: string) => claimAllocator(client, { nodeName, instance }, signal);
  assert.equal(await claim("n1", "aaa"), "n1");
  assert.equal(await claim("n2", "bbb"), "n1");
  assert.equal(await claim("n1", "aaa"), "n1");
  assert.equal(await claim("renamed", "aaa"), "renamed", "the same data folder under another name");
  put(Node, { apiVersion: "v1", kind: "Node", metadata: { name: "renamed" } });
  assert.equal(await claim("renamed", "ccc"), "renamed", "the same node with its data elsewhere");
  assert.equal(await claim("n2", "bbb"), "renamed");
  remove(Node, { name: "renamed" });
  assert.equal(await claim("n2", "bbb"), "n2", "the other one is gone for good");
});

test("claimAllocator() leaves one holder when two agents start at once", async () => {
  const { client, put } = createFakeApi({ kinds: [Lease, Node] });
  for (const name of ["n1", "n2"]) put(Node, { apiVersion: "v1", kind: "Node", metadata: { name } });
  const holders = await Promise.all([
    claimAllocator(client, { nodeName: "n1", instance: "aaa" }, signal),
    claimAllocator(client, { nodeName: "n2", instance: "bbb" }, signal),
  ]);
  assert.equal(new Set(holders).size, 1);
});
