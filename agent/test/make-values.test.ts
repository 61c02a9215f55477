import { PassThrough } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Stage } from "./stage.ts";

const stage = new Stage();
beforeAll(() => stage.prepare());
afterAll(() => stage.dispose());

/** What the program answers to requests, one a line. */
async function answers(...requests: readonly string[]) {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  stdin.end(requests.map((request) => `${request}\n`).join(""));
  const { runAgent } = await stage.load();
  const code = await runAgent(["make-values"], { env: {}, stdin, stdout, stderr, colorDepth: 1 });
  const lines = String(stdout.read() ?? "")
    .split("\n")
    .filter((line) => line !== "");
  return { code, lines: lines.map((line) => JSON.parse(line)), stderr: String(stderr.read() ?? "") };
}

const request = (schema: unknown, more: object = {}) => JSON.stringify({ schema, ...more });

test("each request is answered in its order; the same seed makes the same value, another one another", async () => {
  const schema = { type: "integer", minimum: 1, maximum: 1_000_000_000 };
  const { code, lines } = await answers(...[1, 1, 2].map((seed) => request(schema, { seed })));
  const [one, same, other] = lines.map(({ value }) => value);
  expect(one).toBeGreaterThanOrEqual(1);
  expect(same).toBe(one);
  expect(other).not.toBe(one);
  expect(code).toBe(0);
});

test("examples are taken unless that is not wanted", async () => {
  const number = { type: "string", pattern: "^R-[0-9]{9}$", examples: ["R-123456789"] };
  const schema = { type: "object", required: ["number"], properties: { number } };
  const { lines } = await answers(request(schema), request(schema, { examples: false }));
  expect(lines[0]).toEqual({ value: { number: "R-123456789" } });
  expect(lines[1]).toEqual({ value: { number: expect.not.stringMatching("R-123456789") } });
});

test("a work unit is named where the schema knows one, and only the one that is asked for", async () => {
  const knows = { type: "object", required: ["a"], properties: { a: { const: 1 }, work_unit: { type: "string" } } };
  const asks = { work_unit: "checkout" };
  const { lines } = await answers(
    request(knows, asks),
    request(knows),
    request({ type: "object", properties: { a: { const: 1 } }, required: ["a"] }, asks),
  );
  expect(lines).toEqual([{ value: { a: 1, work_unit: "checkout" } }, { value: { a: 1 } }, { value: { a: 1 } }]);
});

test("what no value satisfies is said to be impossible, and the next request is answered", async () => {
  const { lines } = await answers(request({ allOf: [{ const: 1 }, { const: 2 }] }), request(true), request(false));
  expect(lines).toEqual([
    { impossible: expect.any(String) },
    { value: expect.anything() },
    { impossible: expect.any(String) },
  ]);
});

test("a line that is no JSON ends it with what was wrong", async () => {
  const { code, lines, stderr } = await answers("{");
  expect(lines).toEqual([]);
  expect(stderr).toMatch(/^error: a request could not be answered: .+\n$/);
  expect(code).toBe(1);
});
