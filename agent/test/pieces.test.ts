import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { argumentsFor } from "../src/rehearse/arguments.ts";
import { instanceIdFor } from "../src/rehearse/instance-id.ts";
import { mended } from "../src/rehearse/mend.ts";
import { durationOf } from "../src/rehearse/options.ts";
import { spoiled } from "../src/rehearse/wrong.ts";
import { answerOf } from "../src/session/answer.ts";
import { serverOption } from "../src/session/config.ts";
import { isOwnTool, offerOf } from "../src/session/offer.ts";
import { promptSeed, readPrompt } from "../src/session/prompt.ts";

const violation = (path: string, expected = "something else", got = "") => ({ path, expected, got });

describe("mended", () => {
  const model = { instance_id: "a", title: "T", tags: ["x"], meta: { owner: "me", size: 1 } };

  test.each([
    ["a wrong value", { ...model, title: 7 }, [violation("/title")], model],
    ["a value deep down", { ...model, meta: { owner: 7, size: 1 } }, [violation("/meta/owner")], model],
    ["an item", { ...model, tags: [7] }, [violation("/tags/0")], model],
    ["one item too many", { ...model, tags: ["x", 7] }, [violation("/tags/1")], model],
    ["what is too much, by its own pointer", { ...model, extra: 1 }, [violation("/extra")], model],
    ["what is too much, by its name", { ...model, extra: 1 }, [violation("", "no other properties", '"extra"')], model],
    ["what is missing", { ...model, meta: { size: 1 } }, [violation("/meta", 'the property "owner"')], model],
    [
      "what is missing, said twice",
      { instance_id: "a" },
      [violation("", '"title"'), violation("", '"title"')],
      { instance_id: "a", title: "T" },
    ],
    [
      "nothing that is not pointed at",
      { ...model, title: 7, tags: [7] },
      [violation("/title")],
      { ...model, tags: [7] },
    ],
    ["a whole object of another kind", { ...model, meta: { owner: "you", size: 2 } }, [violation("/meta")], model],
  ])("%s", (_, refused, violations, result) => {
    expect(mended(refused, violations, model)).toEqual(result);
  });

  test("pointers into an artifact that is no object", () => {
    const list = { instance_id: "a", artifact: ["x", 7] };
    expect(mended(list, [violation("/1")], { instance_id: "a", artifact: ["x", "y"] }).artifact).toEqual(["x", "y"]);
    expect(mended(list, [violation("")], { instance_id: "a", artifact: ["y"] }).artifact).toEqual(["y"]);
    expect(mended(list, [violation("/artifact/1")], { instance_id: "a", artifact: ["x"] }).artifact).toEqual(["x"]);
  });
});

test.each([
  [["instance_id", "title"], { title: { type: "string" } }, 'without the required "title"', { instance_id: "a" }],
  [["instance_id"], { title: { type: "string" } }, 'with false as "title"', { instance_id: "a", title: false }],
  [[], { title: { type: ["boolean", "string"] } }, 'with 7 as "title"', { instance_id: "a", title: 7 }],
  [
    [],
    { title: { enum: [false, 7] } },
    'with "a wrong value" as "title"',
    { instance_id: "a", title: "a wrong value" },
  ],
  [
    ["artifact"],
    { artifact: { type: "number" } },
    'with false as "artifact"',
    { instance_id: "a", title: "T", artifact: false },
  ],
])("spoiled: required %j of %j", (required, properties, what, args) => {
  const right = { instance_id: "a", title: "T" };
  expect(spoiled(right, { type: "object", required, properties })).toEqual({ what, args });
});

test("what asks for nothing cannot be spoiled", () => {
  expect(
    spoiled({ instance_id: "a" }, { type: "object", properties: { instance_id: { type: "string" }, any: {} } }),
  ).toBeUndefined();
});

test.each([
  ["design", undefined, /^design$/],
  ["design", "login", /^design-login$/],
  ["Entwurf-ä", undefined, /^Entwurf-ä$/u],
  [".hidden", undefined, /^-hidden-[0-9a-f]{8}$/],
  ["a", "b/c:..", /^a-b-c---[0-9a-f]{8}$/],
  ["a", "b c", /^a-b-c-[0-9a-f]{8}$/],
  ["a", "b\tc", /^a-b-c-[0-9a-f]{8}$/],
  ["ä".repeat(200), undefined, /^ä{59}-[0-9a-f]{8}$/u],
])("instance id of %s in %s", (type, unit, pattern) => {
  const id = instanceIdFor(type, unit);
  expect(id).toMatch(pattern);
  expect(Buffer.byteLength(id)).toBeLessThanOrEqual(128);
  expect(instanceIdFor(type, unit)).toBe(id);
});

test("ids that would become one are told apart", () => {
  expect(instanceIdFor("a", "b c")).not.toBe(instanceIdFor("a", "b\tc"));
});

test.each([
  ["500ms", 500],
  ["2s", 2_000],
  ["45m", 2_700_000],
  ["2h", 7_200_000],
])("a duration of %s", (text, milliseconds) => {
  expect(durationOf(text)).toBe(milliseconds);
});

test.each(["", "2", "s", "-2s", "1.5s", "2 s", "2d", "597h", `${"9".repeat(400)}s`])("%j is no duration", (text) => {
  expect(() => durationOf(text)).toThrow("is no duration");
});

describe("answers", () => {
  const text = (said: string) => [{ type: "text", text: said }];

  test("violations come from the structured content", () => {
    const structuredContent = { violations: [{ path: "/a", expected: "b", got: "c", more: 1 }, { path: "/d" }, "odd"] };
    expect(answerOf({ isError: true, content: text("/x: expected y, got z"), structuredContent })).toEqual({
      kind: "refused",
      text: "/x: expected y, got z",
      violations: [
        { path: "/a", expected: "b", got: "c" },
        { path: "/d", expected: "", got: "" },
      ],
      final: false,
    });
  });

  test("or from the text, line by line", () => {
    const said =
      'Not delivered:\n- /a/0: expected a string, got 7\n  the artifact: expected the property "b", got an object without it';
    expect(answerOf({ isError: true, content: text(said) })).toMatchObject({
      violations: [
        { path: "/a/0", expected: "a string", got: "7" },
        { path: "", expected: 'the property "b"', got: "an object without it" },
      ],
      final: false,
    });
  });

  test("a refusal that lists no violation is final", () => {
    expect(answerOf({ isError: true, content: [], structuredContent: { violations: [] } })).toMatchObject({
      final: true,
    });
  });

  test("anything else is accepted", () => {
    expect(answerOf({ content: text("ok") })).toEqual({ kind: "accepted", text: "ok" });
  });
});

test.each([
  [undefined, { artifactType: "t", duty: { kind: "produces" } }],
  [
    { kind: "may_produce", artifact_type: "x" },
    { artifactType: "x", duty: { kind: "may_produce" } },
  ],
  [
    { kind: "choice", group: "g", members: ["t", "u"] },
    { artifactType: "t", duty: { kind: "choice", group: "g", members: ["t", "u"] } },
  ],
  [{ kind: "choice" }, { artifactType: "t", duty: { kind: "choice", group: "", members: ["t"] } }],
  [{ kind: "later" }, { artifactType: "t", duty: { kind: "produces" } }],
])("a tool with the duty %j", (duty, offer) => {
  const _meta = duty === undefined ? undefined : { "runa/duty": duty };
  expect(offerOf({ name: "t", inputSchema: {}, _meta })).toEqual({
    tool: "t",
    inputSchema: {},
    artifactSchema: undefined,
    ...offer,
  });
});

test.each([
  [["--protocol", "p", "--work-unit", "w"], "w"],
  [["--work-unit=w"], "w"],
  [["--work-unit"], undefined],
  [[], undefined],
])("the work unit in %j", (args, unit) => {
  expect(serverOption({ command: "x", args, env: {} }, "--work-unit")).toBe(unit);
});

test("the seed of a prompt is of 32 bits and depends on both", () => {
  const seed = promptSeed(1, "a", {}, "/work");
  expect(seed).toBe(promptSeed(1, "a", {}, "/elsewhere"));
  expect(seed).toBe(seed >>> 0);
  expect(promptSeed(2, "a", {}, "/work")).not.toBe(seed);
  expect(promptSeed(1, "b", {}, "/work")).not.toBe(seed);
});

test("a closed or broken stdin is an empty prompt", async () => {
  expect(await readPrompt(Readable.from([]))).toBe("");
  const broken = new Readable({
    read() {
      this.destroy(new Error("EAGAIN"));
    },
  });
  expect(await readPrompt(broken)).toBe("");
  expect(await readPrompt(Object.assign(new Readable({ read() {} }), { isTTY: true }))).toBe("");
});

describe("arguments", () => {
  const making = { seed: 1, optionals: true, examples: true };
  const made = (inputSchema: object, artifactSchema?: object, workUnit?: string) =>
    argumentsFor(
      {
        offer: offerOf({ name: "t", inputSchema, _meta: { "runa/schema": artifactSchema } }),
        instanceId: "t",
        workUnit,
        seed: 1,
      },
      making,
    );
  const properties = { work_unit: { type: "string" }, title: { const: "T" } };

  test("a work unit is left out unless it is required or given", () => {
    const tool = { type: "object", properties: { instance_id: { type: "string" }, ...properties } };
    expect(made(tool)).toEqual({ instance_id: "t", title: "T" });
    expect(made(tool, undefined, "login")).toEqual({ instance_id: "t", work_unit: "login", title: "T" });
    expect(made({ ...tool, required: ["work_unit"] })).toEqual({
      instance_id: "t",
      work_unit: expect.any(String),
      title: "T",
    });
  });

  test("the artifact's own schema rules where it is given", () => {
    const tool = { type: "object", properties: { instance_id: { type: "string" }, title: {} } };
    const own = { type: "object", properties, required: ["work_unit", "title"], additionalProperties: false };
    expect(made(tool, own)).toEqual({ instance_id: "t", title: "T" });
    const planner = { type: "object", properties: { ...tool.properties, work_unit: { type: "string" } } };
    expect(made(planner, own, "login")).toEqual({ instance_id: "t", work_unit: "login", title: "T" });
  });

  test("an artifact that is no object travels in one argument, with its own references", () => {
    const tool = {
      type: "object",
      properties: { instance_id: {}, artifact: {} },
      required: ["instance_id", "artifact"],
    };
    const own = { $ref: "#/$defs/list", $defs: { list: { type: "array", items: { const: 7 } } } };
    expect(made(tool, own)).toEqual({ instance_id: "t", artifact: [7] });
    const named = { type: "object", properties: { artifact: { const: 8 } } };
    expect(made(tool, named)).toEqual({ instance_id: "t", artifact: 8 });
  });
});

test("the server's own tools are known by name, unless they say a duty", () => {
  expect(isOwnTool({ name: "withdraw", inputSchema: {} })).toBe(true);
  expect(isOwnTool({ name: "withdraw", inputSchema: {}, _meta: { "runa/duty": { kind: "produces" } } })).toBe(false);
  expect(isOwnTool({ name: "design", inputSchema: {} })).toBe(false);
});
