import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "@peapod/machinery";
import { at } from "@peapod/machinery/testing";
import { LogPrinter, parseLogQuery, selectRecords } from "./log-query.ts";
import { decodeRecords, encodeRecord, type LogRecord, rawBytes, recordTime } from "./log-records.ts";

const record = (time: string, text: string, endsLine = true): LogRecord => ({
  time: recordTime(at(time)),
  endsLine,
  bytes: Buffer.from(text),
});
const query = (text: string) => parseLogQuery(new URLSearchParams(text), at("12:00:30"));
const texts = (records: readonly LogRecord[]) => records.map(({ bytes }) => bytes.toString());

test("encodeRecord() and decodeRecords() keep every byte, and a torn record is left out", () => {
  const records = [record("12:00:00", "a b\r"), record("12:00:01", "login: ", false), record("12:00:02", "")];
  const file = Buffer.concat([...records.map(encodeRecord), Buffer.from("2026-01-15T12:0")]);
  assert.deepEqual(decodeRecords(file), records);
  assert.equal(rawBytes(records).toString(), "a b\r\nlogin: \n");
});

test("parseLogQuery() reads what kubectl sends, and names what it cannot read", () => {
  assert.deepEqual(query("follow=true&tailLines=3&sinceSeconds=10&timestamps=true&limitBytes=5"), {
    follow: true,
    timestamps: true,
    previous: false,
    tailLines: 3,
    limitBytes: 5,
    since: at("12:00:20"),
  });
  assert.deepEqual(query("sinceTime=2026-01-15T12:00:05Z").since, at("12:00:05"));
  for (const wrong of ["tailLines=-1", "sinceSeconds=x", "limitBytes=0", "sinceTime=yesterday"]) {
    assert.throws(
      () => query(wrong),
      (error) => error instanceof ApiError && error.message.includes(wrong.split("=")[0] ?? ""),
    );
  }
});

test("selectRecords() takes the last lines, counting one that has not ended", () => {
  const records = [
    record("12:00:00", "one"),
    record("12:00:01", "tw", false),
    record("12:00:02", "o"),
    record("12:00:03", "thr", false),
  ];
  assert.deepEqual(texts(selectRecords(records, query("tailLines=1"))), ["thr"]);
  assert.deepEqual(texts(selectRecords(records, query("tailLines=2"))), ["tw", "o", "thr"]);
  assert.deepEqual(texts(selectRecords(records, query("tailLines=9"))), ["one", "tw", "o", "thr"]);
  assert.deepEqual(selectRecords(records, query("tailLines=0")), []);
  assert.deepEqual(texts(selectRecords(records, query("sinceTime=2026-01-15T12:00:02Z"))), ["o", "thr"]);
});

test("LogPrinter puts a time before each line, not before its pieces, and stops at its limit", () => {
  const printer = new LogPrinter({ timestamps: true, limitBytes: 45 });
  const printed = [record("12:00:01", "tw", false), record("12:00:02", "o"), record("12:00:03", "three")].map((one) =>
    printer.print(one).toString(),
  );
  assert.deepEqual(printed, ["2026-01-15T12:00:01.000000000Z tw", "o\n", "2026-01-15"]);
  assert.equal(printer.isDone, true);
});
