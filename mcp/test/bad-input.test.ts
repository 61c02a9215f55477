import { describe, expect, test } from "vitest";
import { type FakeSession, fakeSession, output } from "./fake-session.ts";
import { gate } from "./gate.ts";
import { type Answer, calling, initializeParams, modern, Wire } from "./wire.ts";

const DESIGN = output("design", { type: "object", properties: { title: { type: "string" }, n: { type: "number" } } });
const values = (session: FakeSession) => session.made.map(({ value }) => value);

describe("what a client may get wrong", () => {
  test.each([
    ["an unknown tool", { name: "nonsense", arguments: {} }],
    ["arguments that are a list", { name: "design", arguments: [] }],
    ["arguments that are text", { name: "design", arguments: "{}" }],
    ["no name", { arguments: {} }],
  ])("%s is a JSON-RPC error", async (_, params) => {
    const session = fakeSession([DESIGN]);
    const wire = new Wire(session);
    await wire.initialize();
    expect((await wire.request("tools/call", params)).error?.code).toBe(-32602);
    expect((await wire.request("tools/call", modern(params))).error?.code).toBe(-32602);
    expect(session.made).toEqual([]);
  });

  test.each(["prompts/list", "resources/list", "resources/templates/list", "logging/setLevel", "no/such"])(
    "%s is not found, in either era",
    async (method) => {
      const old = new Wire(fakeSession([DESIGN]));
      await old.initialize();
      expect((await old.request(method, {})).error?.code).toBe(-32601);
      expect((await old.request("tools/list")).result?.tools).toHaveLength(1);
      const wire = new Wire(fakeSession([DESIGN]));
      expect((await wire.request(method, modern())).error?.code).toBe(-32601);
    },
  );

  test.each([
    ["{", -32700, null],
    ["nonsense", -32700, null],
    ['{"jsonrpc":"2.0","id":7,"method":5}', -32600, 7],
    ['{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600, null],
    ['{"jsonrpc":"2.0","id":1.5,"method":"ping"}', -32600, null],
    ['{"jsonrpc":"1.0","id":7,"method":"ping"}', -32600, 7],
    ['{"jsonrpc":"2.0","id":7,"method":"ping","params":[1]}', -32600, 7],
    ['{"jsonrpc":"2.0","id":7,"method":"ping","params":{"_meta":5}}', -32600, 7],
    ["5", -32600, null],
    ["null", -32600, null],
    ["[]", -32600, null],
    ["{}", -32600, null],
  ])("the line %s is answered with %i", async (line, code, id) => {
    const wire = new Wire(fakeSession([DESIGN]));
    wire.send(line);
    expect(await wire.next()).toMatchObject({ jsonrpc: "2.0", id, error: { code } });
    expect((await wire.initialize()).result?.protocolVersion).toBe("2025-11-25");
    expect(await wire.end()).toEqual([]);
  });

  test("blank lines, answers nobody waits for, and unknown notifications are passed over", async () => {
    const wire = new Wire(fakeSession([DESIGN]));
    wire.send(
      "",
      "  ",
      "\r",
      '{"jsonrpc":"2.0","id":1,"result":{}}',
      '{"jsonrpc":"2.0","error":{"code":1,"message":""}}',
    );
    wire.send(
      { jsonrpc: "2.0", method: "notifications/no-such" },
      { jsonrpc: "2.0", method: "notifications/cancelled" },
    );
    expect((await wire.request("ping")).result).toEqual({});
    expect(await wire.end()).toEqual([]);
  });

  test("bytes that are no UTF-8, a stray CR and a line in pieces", async () => {
    const wire = new Wire(fakeSession([DESIGN]));
    wire.input.write(Buffer.from([0x22, 0xff, 0x22, 0x0a]));
    expect(await wire.next()).toMatchObject({ id: null, error: { code: -32700 } });
    const bytes = Buffer.from(`${JSON.stringify({ jsonrpc: "2.0", id: "é", method: "ping" })}\r\n`);
    for (const byte of bytes) wire.input.write(Buffer.from([byte]));
    expect(await wire.next()).toMatchObject({ id: "é", result: {} });
  });

  test("an id that is in use is refused; one that is free again is not", async () => {
    const { pass, arrival, open } = gate();
    const wire = new Wire(fakeSession([DESIGN], { gate: pass }));
    await wire.initialize();
    const arrived = arrival();
    wire.send(calling("a", { instance_id: "1" }));
    await arrived;
    wire.send(calling("a", { instance_id: "2" }));
    expect(await wire.next()).toMatchObject({ id: "a", error: { code: -32600 } });
    open();
    expect(await wire.next()).toMatchObject({ id: "a", result: { structuredContent: { instance_id: "1" } } });
    wire.send({ jsonrpc: "2.0", id: "a", method: "ping" });
    expect(await wire.next()).toMatchObject({ id: "a", result: {} });
  });

  test("two thousand lines of noise crash nothing", async () => {
    const wire = new Wire(fakeSession([DESIGN]));
    const pieces = [
      '{"',
      "jsonrpc",
      '":"2.0"',
      ',"id":1',
      ',"method":"tools/call"',
      '"params":{',
      "[",
      "]",
      "}",
      "\u0000",
      "é",
    ];
    let seed = 7;
    const random = () => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648);
    for (let i = 0; i < 2000; i++)
      wire.send(Array.from({ length: random() % 8 }, () => pieces[random() % pieces.length]).join(""));
    wire.send({ jsonrpc: "2.0", id: "last", method: "ping" });
    for (;;) {
      const answer = (await wire.next()) as Answer;
      if (answer.id === "last") break;
      expect([-32700, -32600]).toContain(answer.error?.code);
    }
  });
});

describe("batches", () => {
  test("are answered together, whatever is in them", async () => {
    const session = fakeSession([DESIGN]);
    const wire = new Wire(session);
    wire.send([
      { jsonrpc: "2.0", id: 1, method: "initialize", params: initializeParams("2025-03-26") },
      { jsonrpc: "2.0", method: "notifications/initialized" },
      { jsonrpc: "2.0", id: 2, method: "tools/list" },
      5,
      calling(3, { instance_id: "a", n: 1 }),
      { jsonrpc: "2.0", id: 4, method: "no/such" },
      calling(5, { instance_id: "b", n: 9007199254740991 }),
    ]);
    const answers = (await wire.next()) as Answer[];
    expect(new Set(answers.map(({ id }) => id))).toEqual(new Set([1, 2, null, 3, 4, 5]));
    expect(values(session)).toEqual([{ n: 1 }, { n: 9007199254740991 }]);
    expect(await wire.end()).toEqual([]);
  });

  test("of notifications alone are not answered; a rounded number is refused in its own call only", async () => {
    const session = fakeSession([DESIGN]);
    const wire = new Wire(session);
    wire.send([{ jsonrpc: "2.0", method: "notifications/initialized" }]);
    wire.send(
      JSON.stringify([calling(1, { instance_id: "a", n: 1 }), calling(2, { instance_id: "b", n: 2 })]).replace(
        '"n":2',
        '"n":9007199254740993',
      ),
    );
    const answers = (await wire.next()) as Answer[];
    const second = answers.find(({ id }) => id === 2)?.result?.structuredContent;
    expect(second).toMatchObject({ status: "refused", violations: [{ path: "/n", got: "9007199254740993" }] });
    expect(values(session)).toEqual([{ n: 1 }]);
  });
});

describe("what parsing a call would change", () => {
  const raw = (args: string, id = "1") =>
    `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"design","arguments":${args}}}`;
  const answerTo = async (line: string) => {
    const session = fakeSession([DESIGN]);
    const wire = new Wire(session);
    await wire.initialize();
    wire.send(line);
    const answer = (await wire.next()) as Answer;
    return { answer, made: values(session) };
  };

  test.each([
    ["an integer", '{"instance_id":"a","n":9007199254740993}', "/n", "9007199254740993"],
    ["a decimal", '{"instance_id":"a","n":0.12345678901234567890}', "/n", "0.12345678901234567890"],
    ["too small a number", '{"instance_id":"a","n":[1e-400]}', "/n/0", "1e-400"],
    ["a key that stands twice", '{"instance_id":"a","n":{"x":1,"x":2}}', "/n/x", '"x" twice'],
    [
      "an instance_id that stands twice",
      '{"instance_id":"a","instance_id":"b"}',
      "/instance_id",
      '"instance_id" twice',
    ],
  ])("%s is refused with its place", async (_, args, path, got) => {
    const { answer, made } = await answerTo(raw(args));
    expect(answer.result?.structuredContent).toMatchObject({ status: "refused", violations: [{ path, got }] });
    expect(made).toEqual([]);
  });

  test("numbers that a double holds are taken in any spelling", async () => {
    const { made } = await answerTo(raw('{"instance_id":"a","n":[19.990,1.0,1e2,-0.0,9007199254740992,1e23]}'));
    expect(made).toEqual([{ n: [19.99, 1, 100, -0, 9007199254740992, 1e23] }]);
  });

  test("arguments that stand twice are no request", async () => {
    const line = raw('{"instance_id":"a"},"arguments":{"instance_id":"b"}');
    const { answer, made } = await answerTo(line);
    expect(answer).toMatchObject({
      id: 1,
      error: { code: -32600, message: expect.stringContaining('"arguments" twice') },
    });
    expect(made).toEqual([]);
  });

  test("an id that could not be answered is no request", async () => {
    const { answer, made } = await answerTo(raw('{"instance_id":"a"}', "9007199254740993"));
    expect(answer).toMatchObject({ id: null, error: { code: -32600 } });
    expect(made).toEqual([]);
  });
});
