import { expect, test } from "vitest";
import { batchLines } from "../src/input/batch.ts";

const HASH = "0123456789ab";
const lines = (text: string) => batchLines("batch", Buffer.from(text));

test("a line holds type, instance, hash and note, with tabs or spaces between them", () => {
  expect(
    lines(
      `design d1 ${HASH}\n\n design\td 2\tsha256:${HASH.toUpperCase()}cd\tread it,  twice \r\ncode c1 ${HASH}  so it is\n`,
    ),
  ).toEqual([
    { type: "design", instance: "d1", hash: `sha256:${HASH}`, note: null },
    { type: "design", instance: "d 2", hash: `sha256:${HASH}cd`, note: "read it,  twice" },
    { type: "code", instance: "c1", hash: `sha256:${HASH}`, note: "so it is" },
  ]);
});

test.each([
  ["no line", "\n \n", "batch holds no line: there is nothing to decide"],
  ["too few words", `design d1 ${HASH}\ndesign d2`, /^batch:2: a line holds TYPE, INSTANCE, HASH and a note/],
  ["too short a hash", "design d1 0123456789a", /^batch:1: '0123456789a' is no hash of a content/],
  ["another word", "design d1 sha512:0123456789ab", /^batch:1: 'sha512:0123456789ab' is no hash/],
  ["an instance twice", `d d1 ${HASH}\nd d1 ${HASH}`, /^batch:2: d\/d1 stands there a second time/],
])("%s is told of", (_, text, message) => {
  expect(() => lines(text)).toThrow(message);
});

test("what is no UTF-8 is told of", () => {
  expect(() => batchLines("batch", Buffer.from([0xff]))).toThrow("batch is not valid UTF-8. Nothing was decided");
});
