import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readUsage } from "../src/attempt/usage.ts";

const directory = mkdtempSync(join(tmpdir(), "runa-usage-"));
afterAll(() => rmSync(directory, { recursive: true }));

test.each([
  ['{"tokens": 7, "cost_usd": 0.5, "model": "m"}', { tokens: 7, cost_usd: 0.5, model: "m" }, null],
  ['{"tokens": 7, "cost_usd": null}', { tokens: 7 }, null],
  ["", null, null],
  ["cost: 3", null, "it is not JSON"],
  ["[1]", null, "it is no JSON object"],
  ['{"cost_usd": "0.5"}', null, "cost_usd is no amount"],
  ['{"tokens": -1, "cost_usd": 2, "model": 8}', { cost_usd: 2 }, "tokens is no amount, model is no string"],
])("%s", (text, usage, unclear) => {
  const file = join(directory, "usage.json");
  writeFileSync(file, text);
  expect(readUsage(file)).toEqual({ usage, unclear });
});

test("a file that is not there is nothing that was not understood", () => {
  expect(readUsage(join(directory, "none"))).toEqual({ usage: null, unclear: null });
});
