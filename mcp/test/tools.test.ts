import type { OfferedOutput } from "@runa/engine/session";
import { describe, expect, test } from "vitest";
import { offeredTools } from "../src/tools.ts";
import { type FakeOptions, fakeSession, output, violation } from "./fake-session.ts";

const text = { type: "string" };
const DESIGN = output("design", { title: "Design", description: "How it is built.", properties: { title: text } });
const APPROVED = output("approved", true, {
  kind: "choice",
  group: "disposition",
  members: ["approved", "needs-work"],
});
const NEEDS_WORK = output("needs-work", true, {
  kind: "choice",
  group: "disposition",
  members: ["approved", "needs-work"],
});
const NOTES = output("release notes", { type: "array", items: text }, { kind: "may_produce" });

function offered(outputs: readonly OfferedOutput[], options: FakeOptions = {}) {
  const session = fakeSession(outputs, options);
  const tools = offeredTools(session);
  const call = (name: string, args: Record<string, unknown>) => tools.call({ name, args, losses: [] });
  return { session, tools, call };
}

describe("the list of tools", () => {
  test("a tool says what it delivers, that it only adds, and why it is there", () => {
    const [tool] = offered([DESIGN]).tools.list;
    expect(tool).toMatchObject({
      name: "design",
      title: "Design",
      description: "How it is built.",
      annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
      outputSchema: { type: "object", required: ["status"] },
    });
    expect(tool?._meta).toEqual({ "runa/duty": { kind: "produces", artifact_type: "design" } });
  });

  test("without a description in the schema it says what delivering does, and has no title", () => {
    const [tool] = offered([output("design", {})]).tools.list;
    expect(tool).not.toHaveProperty("title");
    expect(tool?.description).toBe(
      "Delivers one 'design': it is checked against the type's schema and written whole, or refused.",
    );
  });

  test("duties, and a name that clients refuse", () => {
    const { list } = offered([DESIGN, APPROVED, NOTES]).tools;
    expect(list.map(({ name }) => name)).toEqual(["design", "approved", "release_notes_03fffb85"]);
    expect(list.map(({ _meta }) => _meta?.["runa/duty"])).toEqual([
      { kind: "produces", artifact_type: "design" },
      { kind: "choice", group: "disposition", members: ["approved", "needs-work"], artifact_type: "approved" },
      { kind: "may_produce", artifact_type: "release notes" },
    ]);
  });

  test("a schema that could not be served whole comes along for those who can read it", () => {
    const schema = { description: "A.", oneOf: [{ properties: { a: text } }, { required: ["b"] }] };
    const [tool] = offered([output("a", schema)]).tools.list;
    expect(tool?._meta?.["runa/schema"]).toEqual(schema);
    expect(tool?.description).toBe(
      'A.\n\nChecked on delivery, besides:\n- exactly one of these holds: (1) {"properties":{"a":{"type":"string"}}} (2) {"required":["b"]}',
    );
  });

  test("rules too long for a description stand in the input schema's alone", () => {
    const branch = (name: string) => ({ properties: { [name]: { description: "x".repeat(600) } }, required: [name] });
    const [tool] = offered([output("a", { description: "A.", anyOf: [branch("a"), branch("b")] })]).tools.list;
    expect(tool?.description).toBe("A.\n\nFurther rules stand in the input schema's description.");
    expect(tool?.inputSchema.description).toContain("at least one of these holds: (1)");
  });

  test("a type that is owed and allowed is offered once, as owed", () => {
    const { list } = offered([DESIGN, APPROVED, { ...DESIGN, duty: { kind: "may_produce" } }]).tools;
    expect(list.map(({ name }) => name)).toEqual(["design", "approved"]);
    expect(list[0]?._meta).toEqual({ "runa/duty": { kind: "produces", artifact_type: "design" } });
  });

  test("a type whose schema takes the tool's own argument is an error that names it", () => {
    expect(() => offered([output("odd", { properties: { instance_id: text } })])).toThrow(
      "the schema of artifact type 'odd' has a property 'instance_id', which the tool needs for itself: rename it",
    );
  });
});

describe("instructions", () => {
  test("say what is owed, by tool, and when it is done", () => {
    const { instructions } = offered([DESIGN, APPROVED, NEEDS_WORK, NOTES], { workUnit: "w1" }).tools;
    expect(instructions.split("\n").slice(0, 3)).toEqual([
      "You carry out the protocol 'draft' of 'example' for work unit 'w1'.",
      "You owe: at least one `design`; exactly one of `approved`, `needs-work` (disposition).",
      "You may also deliver: release notes (tool `release_notes_03fffb85`).",
    ]);
    expect(instructions).toContain("You are done when nothing is.");
    expect(instructions.length).toBeLessThan(2000);
  });

  test("of a protocol without outputs ask for nothing", () => {
    expect(offered([]).tools.instructions).toBe(
      "You carry out the protocol 'draft' of 'example'.\nYou owe no artifact.",
    );
  });
});

describe("a delivery", () => {
  test("is told with what is still owed", async () => {
    const { call } = offered([DESIGN, output("plan", true)]);
    const first = await call("design", { instance_id: "d1", title: "t" });
    expect(first.structuredContent).toEqual({
      status: "delivered",
      artifact_type: "design",
      instance_id: "d1",
      path: ".runa/workspace/design/d1.json",
      content_hash: "sha256:00",
      still_owed: ["plan"],
    });
    expect(first.content).toEqual([
      { type: "text", text: "Delivered design 'd1' (.runa/workspace/design/d1.json).\nStill owed: plan." },
    ]);
    expect((await call("plan", { instance_id: "p" })).content).toEqual([
      {
        type: "text",
        text: "Delivered plan 'p' (.runa/workspace/plan/p.json).\nNothing more is owed: you are done when your work is.",
      },
    ]);
  });

  test("goes to the type behind a shortened name; what is no object travels in `artifact`", async () => {
    const { session, call } = offered([NOTES]);
    await call("release_notes_03fffb85", { instance_id: "n", artifact: ["a"] });
    await call("release_notes_03fffb85", { instance_id: "m", artifact: '["a","b"]' });
    expect(session.made.map(({ type, value }) => [type, value])).toEqual([
      ["release notes", ["a"]],
      ["release notes", ["a", "b"]],
    ]);
  });

  test("pointers of a wrapped artifact lead to the argument", async () => {
    const { call } = offered([NOTES], {
      judge: () => [violation("/1", "a string", "2"), violation("", "items", "none")],
    });
    const result = await call("release_notes_03fffb85", { instance_id: "n", artifact: ["a", 2] });
    expect(result.structuredContent.violations).toEqual([
      { path: "/artifact/1", expected: "a string", got: "2" },
      { path: "/artifact", expected: "items", got: "none" },
    ]);
  });

  test.each<[string, Record<string, unknown>, unknown[]]>([
    [
      "nothing",
      {},
      [
        ["/instance_id", "nothing"],
        ["/artifact", "nothing"],
      ],
    ],
    ["an id that is no text", { instance_id: 5, artifact: [] }, [["/instance_id", "5"]]],
    [
      "the artifact beside, not in, its argument",
      { instance_id: "n", artifact: [], "a/b": "x".repeat(100) },
      [["/a~1b", `"${"x".repeat(78)}…`]],
    ],
  ])("%s is refused before anything is delivered", async (_, args, expected) => {
    const { session, call } = offered([NOTES]);
    const { isError, structuredContent } = await call("release_notes_03fffb85", args);
    expect(isError).toBe(true);
    const violations = structuredContent.violations as { path: string; got: string }[];
    expect(violations.map(({ path, got }) => [path, got])).toEqual(expected);
    expect(session.made).toEqual([]);
  });

  test("a number that was rounded in a string that had to be decoded is found too", async () => {
    const { session, call } = offered([output("a", { properties: { list: { type: "array" } } })]);
    const result = await call("a", { instance_id: "x", list: '[1,{"n":12345678901234567890}]' });
    expect(result.structuredContent.violations).toEqual([
      {
        path: "/list/1/n",
        expected:
          "a number that a double holds: integers up to 9007199254740991, else at most 17 digits; where the schema allows one, write a string",
        got: "12345678901234567890",
      },
    ]);
    expect(session.made).toEqual([]);
  });

  test("scalars in strings are decoded where the schema wants no string, and never rounded", async () => {
    const properties = { n: { type: "integer" }, b: { type: "boolean" }, s: text };
    const { session, call } = offered([output("a", { properties })]);
    await call("a", { instance_id: "x", n: "5", b: "true", s: "5" });
    expect(session.made.map(({ value }) => value)).toEqual([{ n: 5, b: true, s: "5" }]);
    const { structuredContent } = await call("a", { instance_id: "y", n: "9007199254740993" });
    expect(structuredContent.violations).toMatchObject([{ path: "/n", got: "9007199254740993" }]);
  });

  test("a key that stands twice in a string that had to be decoded is found", async () => {
    const { session, call } = offered([output("a", { properties: { o: { type: "object" } } })]);
    const { structuredContent } = await call("a", { instance_id: "x", o: '{"b":1,"b":2}' });
    expect(structuredContent.violations).toEqual([
      { path: "/o/b", expected: "each name once in an object", got: '"b" twice' },
    ]);
    expect(session.made).toEqual([]);
  });

  test("a work unit that a call names is passed on", async () => {
    const { session, call } = offered([output("a", { properties: { work_unit: text } })], { workUnit: "w1" });
    await call("a", { instance_id: "x", work_unit: "w2" });
    expect(session.made.map(({ value }) => value)).toEqual([{ work_unit: "w2" }]);
  });

  test("what an open schema does not name is kept, with a note", async () => {
    const { session, call } = offered([DESIGN]);
    const result = await call("design", { instance_id: "d", titel: "t" });
    expect(result.structuredContent.notes).toEqual(['the schema names no property "titel"; it was kept as it came']);
    expect(session.made.map(({ value }) => value)).toEqual([{ titel: "t" }]);
    const open = offered([output("a", { additionalProperties: true, properties: { b: text } })]);
    expect((await open.call("a", { instance_id: "x", c: 1 })).structuredContent).not.toHaveProperty("notes");
  });

  test("of very many violations the first are listed, and the others counted", async () => {
    const many = Array.from({ length: 1000 }, (_, index) => violation(`/${index}`, "a string", String(index)));
    const result = await offered([DESIGN], { judge: () => many }).call("design", { instance_id: "d" });
    expect(result.structuredContent.violations).toHaveLength(20);
    expect(result.structuredContent.violation_count).toBe(1000);
    expect(JSON.stringify(result.content)).toContain("… and 980 more.");
  });
});

describe("the server's own tools", () => {
  const own = { offersOwnTools: true };

  test("are offered where the session offers them", () => {
    const { tools } = offered([DESIGN, NOTES], own);
    expect(tools.list.map(({ name }) => name).slice(2)).toEqual(["confirm_unchanged", "withdraw"]);
    expect(tools.list[2]?.inputSchema).toMatchObject({
      type: "object",
      properties: { artifact_type: { enum: ["design", "release notes"] } },
      required: ["artifact_type", "instance_id", "reason"],
      additionalProperties: false,
    });
    expect(tools.instructions).toContain("`confirm_unchanged` or `withdraw`");
  });

  test("give way to artifact types of their name", () => {
    const { list } = offered([output("withdraw", true)], own).tools;
    expect(list.map(({ name }) => name)).toEqual(["withdraw", "confirm_unchanged"]);
    expect(list[0]?._meta).toEqual({ "runa/duty": { kind: "produces", artifact_type: "withdraw" } });
  });

  test("confirm and withdraw", async () => {
    const { session, call } = offered([DESIGN], own);
    const args = { artifact_type: "design", instance_id: "d", reason: "still right" };
    expect((await call("confirm_unchanged", args)).structuredContent.status).toBe("confirmed");
    expect((await call("withdraw", args)).structuredContent.status).toBe("withdrawn");
    expect(session.made).toEqual([
      { what: "confirm", type: "design", id: "d", value: "still right" },
      { what: "withdraw", type: "design", id: "d", value: "still right" },
    ]);
  });

  test("name what is wrong with a call, and pass on what the session refuses", async () => {
    const { session, call } = offered([DESIGN], { ...own, judge: () => [violation("", "an instance", "nothing")] });
    const wrong = await call("withdraw", { artifact_type: "plan", instance_id: 5 });
    expect(wrong.isError).toBe(true);
    expect(wrong.structuredContent.violations).toEqual([
      { path: "/artifact_type", expected: "one of design", got: '"plan"' },
      { path: "/instance_id", expected: "a string that names the instance", got: "5" },
      { path: "/reason", expected: "a string that says why", got: "nothing" },
    ]);
    const refused = await call("withdraw", { artifact_type: "design", instance_id: "d", reason: "r" });
    expect(refused).toMatchObject({ isError: true, structuredContent: { status: "refused", instance_id: "d" } });
    expect(session.made).toEqual([]);
  });
});
