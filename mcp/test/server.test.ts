import { describe, expect, test } from "vitest";
import { type Asked, type FakeSession, fakeSession, output, violation } from "./fake-session.ts";
import { type Answer, initializeParams, modern, Wire } from "./wire.ts";

const DESIGN = output("design", { type: "object", properties: { title: { type: "string" }, n: { type: "number" } } });
const call = (id: unknown, args: unknown, name = "design") => ({
  jsonrpc: "2.0",
  id,
  method: "tools/call",
  params: { name, arguments: args },
});
const values = (session: FakeSession) => session.made.map(({ value }) => value);

/** A gate that holds every delivery until it is opened, and tells when one stands before it. */
function gate() {
  const waiting: (() => void)[] = [];
  const arrivals: ((asked: Asked) => void)[] = [];
  return {
    pass: (asked: Asked) =>
      new Promise<void>((resolve) => {
        waiting.push(resolve);
        arrivals.shift()?.(asked);
      }),
    arrival: () => new Promise<Asked>((resolve) => arrivals.push(resolve)),
    open: () => waiting.shift()?.(),
  };
}

describe("the handshake of 2025-11-25 and before", () => {
  test.each(["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"])("%s is spoken", async (version) => {
    const wire = new Wire(fakeSession([DESIGN]));
    const { result } = await wire.initialize(version);
    expect(result).toMatchObject({
      protocolVersion: version,
      capabilities: { tools: {} },
      serverInfo: { name: "runa-mcp", version: "1.2.3" },
    });
    expect(result?.instructions).toContain("You owe: at least one `design`.");
    const list = await wire.request("tools/list");
    expect(list.result?.tools?.map(({ name }) => name)).toEqual(["design"]);
    expect((await wire.call("design", { instance_id: "d", title: "t" })).result?.isError).toBeUndefined();
    expect(await wire.end()).toEqual([]);
  });

  test("an unknown version is answered with the newest of that era", async () => {
    const { result } = await new Wire(fakeSession([DESIGN])).initialize("2031-01-01");
    expect(result?.protocolVersion).toBe("2025-11-25");
  });

  test("requests before it are served", async () => {
    const wire = new Wire(fakeSession([DESIGN]));
    expect((await wire.request("tools/list")).result?.tools).toHaveLength(1);
    expect((await wire.call("design", { instance_id: "d" })).result?.structuredContent?.status).toBe("delivered");
    expect((await wire.initialize()).result?.protocolVersion).toBe("2025-11-25");
    expect((await wire.request("ping")).result).toEqual({});
  });

  test("a protocol without outputs has the tools capability and no tools", async () => {
    const wire = new Wire(fakeSession([]));
    expect((await wire.initialize()).result?.capabilities).toEqual({ tools: {} });
    expect((await wire.request("tools/list")).result?.tools).toEqual([]);
  });
});

describe("2026-07-28", () => {
  test("discovers and calls without a handshake", async () => {
    const session = fakeSession([DESIGN]);
    const wire = new Wire(session);
    const { result } = await wire.request("server/discover", modern());
    expect(result).toMatchObject({ supportedVersions: ["2026-07-28"], capabilities: { tools: {} } });
    expect(result?.instructions).toContain("You owe");
    expect((await wire.request("tools/list", modern())).result?.tools?.map(({ name }) => name)).toEqual(["design"]);
    const made = await wire.request("tools/call", modern({ name: "design", arguments: { instance_id: "d", n: 1 } }));
    expect(made.result).toMatchObject({ resultType: "complete", structuredContent: { status: "delivered" } });
    expect(values(session)).toEqual([{ n: 1 }]);
  });

  test("a probe may be followed by the old handshake", async () => {
    const wire = new Wire(fakeSession([DESIGN]));
    await wire.request("server/discover", modern());
    expect((await wire.initialize()).result?.protocolVersion).toBe("2025-11-25");
    expect((await wire.request("tools/list")).result?.tools).toHaveLength(1);
  });

  test("a version that is not spoken is refused, and the connection stays open", async () => {
    const wire = new Wire(fakeSession([DESIGN]));
    const params = JSON.parse(JSON.stringify(modern()).replace("2026-07-28", "2031-01-01"));
    expect((await wire.request("server/discover", params)).error?.code).toBe(-32022);
    expect((await wire.request("tools/list", modern())).result?.tools).toHaveLength(1);
  });
});

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
    wire.send(call("a", { instance_id: "1" }));
    await arrived;
    wire.send(call("a", { instance_id: "2" }));
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
      call(3, { instance_id: "a", n: 1 }),
      { jsonrpc: "2.0", id: 4, method: "no/such" },
      call(5, { instance_id: "b", n: 9007199254740991 }),
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
      JSON.stringify([call(1, { instance_id: "a", n: 1 }), call(2, { instance_id: "b", n: 2 })]).replace(
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

describe("calls", () => {
  test("are made one at a time, in order, and answered by id", async () => {
    const { pass, arrival, open } = gate();
    const session = fakeSession([DESIGN], { gate: pass });
    const wire = new Wire(session);
    await wire.initialize();
    const first = arrival();
    wire.send(call("a", { instance_id: "1" }), call("b", { instance_id: "2" }), {
      jsonrpc: "2.0",
      id: "c",
      method: "tools/list",
    });
    expect((await first).id).toBe("1");
    expect(await wire.next()).toMatchObject({ id: "c" });
    expect(session.running).toBe(1);
    const second = arrival();
    open();
    expect((await second).id).toBe("2");
    expect(await wire.next()).toMatchObject({ id: "a" });
    open();
    expect(await wire.next()).toMatchObject({ id: "b" });
    expect(session.made.map(({ id }) => id)).toEqual(["1", "2"]);
  });

  test("arguments arrive as they were sent", async () => {
    const session = fakeSession([DESIGN]);
    const wire = new Wire(session);
    await wire.initialize();
    wire.send(
      '{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"name":"design","arguments":{"instance_id":"d","__proto__":{"a":1},"n":1e-7}}}',
    );
    expect(await wire.next()).toMatchObject({ id: "x", result: { structuredContent: { status: "delivered" } } });
    expect(JSON.stringify(values(session))).toBe('[{"__proto__":{"a":1},"n":1e-7}]');
  });

  test("no arguments at all are for the model to mend", async () => {
    const wire = new Wire(fakeSession([DESIGN]));
    const { result } = await wire.request("tools/call", { name: "design" });
    expect(result?.isError).toBe(true);
    expect(result?.structuredContent?.violations).toEqual([
      { path: "/instance_id", expected: "a string that names the instance", got: "nothing" },
    ]);
  });

  test("a session that fails is an internal error, and the next call is made", async () => {
    let broken = true;
    const judge = () => {
      if (broken) throw new Error("the store is gone");
      return [];
    };
    const wire = new Wire(fakeSession([DESIGN], { judge }));
    expect(await wire.call("design", { instance_id: "d" })).toMatchObject({
      error: { code: -32603, message: "the store is gone" },
    });
    expect(wire.records).toEqual([
      { level: "error", operation: "call", outcome: "failed", msg: "the store is gone", fields: { tool: "design" } },
    ]);
    broken = false;
    expect((await wire.call("design", { instance_id: "d" })).result?.structuredContent?.status).toBe("delivered");
  });

  test("10 MB in one call are delivered whole", async () => {
    const session = fakeSession([DESIGN]);
    const wire = new Wire(session);
    await wire.initialize();
    const title = "0123456789é".repeat(1_000_000);
    expect((await wire.call("design", { instance_id: "d", title })).result?.structuredContent?.status).toBe(
      "delivered",
    );
    expect(values(session)).toEqual([{ title }]);
  });

  test("a hundred thousand levels of nesting are refused", async () => {
    const session = fakeSession([DESIGN]);
    const wire = new Wire(session);
    await wire.initialize();
    wire.send(
      JSON.stringify(call("x", { instance_id: "d", deep: 0 })).replace(
        '"deep":0',
        `"deep":${"[".repeat(1e5)}${"]".repeat(1e5)}`,
      ),
    );
    expect(await wire.next()).toMatchObject({
      result: { isError: true, structuredContent: { violations: [{ expected: "at most 512 levels of nesting" }] } },
    });
    expect(session.made).toEqual([]);
  });

  test("a call that was cancelled while it waited is not made; one that runs is finished unanswered", async () => {
    const { pass, arrival, open } = gate();
    const session = fakeSession([DESIGN], { gate: pass });
    const wire = new Wire(session);
    await wire.initialize();
    const arrived = arrival();
    wire.send(call("a", { instance_id: "1" }), call("b", { instance_id: "2" }), call("c", { instance_id: "3" }));
    await arrived;
    const last = arrival();
    for (const requestId of ["a", "b"])
      wire.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId } });
    await wire.request("ping");
    open();
    expect((await last).id).toBe("3");
    open();
    expect(await wire.next()).toMatchObject({ id: "c" });
    expect(session.made.map(({ id }) => id)).toEqual(["1", "3"]);
    expect(await wire.end()).toEqual([]);
  });

  test("cancelling what is answered already changes nothing", async () => {
    const wire = new Wire(fakeSession([DESIGN]));
    await wire.initialize();
    const { id } = await wire.call("design", { instance_id: "d" });
    wire.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: id } });
    expect((await wire.call("design", { instance_id: "e" })).result?.structuredContent?.instance_id).toBe("e");
  });
});

describe("the end", () => {
  test("calls that were written before the input ended are made and answered", async () => {
    const session = fakeSession([DESIGN]);
    const wire = new Wire(session);
    wire.send({ jsonrpc: "2.0", id: 1, method: "initialize", params: initializeParams() });
    wire.send(call(2, { instance_id: "a" }), call(3, { instance_id: "b" }));
    wire.input.write(JSON.stringify(call(4, { instance_id: "unfinished line" })));
    const answers = (await wire.end()) as Answer[];
    expect(answers.map(({ id }) => id)).toEqual([1, 2, 3, 4]);
    expect(session.made.map(({ id }) => id)).toEqual(["a", "b", "unfinished line"]);
  });

  test("a call under way when the input ends is finished and answered first", async () => {
    const { pass, arrival, open } = gate();
    const session = fakeSession([DESIGN], { gate: pass });
    const wire = new Wire(session);
    const arrived = arrival();
    wire.send(call(1, { instance_id: "a" }));
    await arrived;
    const rest = wire.end();
    open();
    expect(await rest).toMatchObject([{ id: 1, result: { structuredContent: { status: "delivered" } } }]);
  });

  test("half a call is no call", async () => {
    const session = fakeSession([DESIGN]);
    const wire = new Wire(session);
    wire.input.write(JSON.stringify(call(1, { instance_id: "a" })).slice(0, -3));
    expect(await wire.end()).toMatchObject([{ id: null, error: { code: -32700 } }]);
    expect(session.made).toEqual([]);
  });

  test("when told to stop, it finishes the running call and makes no other", async () => {
    const { pass, arrival, open } = gate();
    const session = fakeSession([DESIGN], { gate: pass });
    const wire = new Wire(session);
    const arrived = arrival();
    wire.send(call(1, { instance_id: "a" }), call(2, { instance_id: "b" }));
    await arrived;
    wire.serving.stop();
    wire.send(call(3, { instance_id: "c" }));
    open();
    expect(await wire.next()).toMatchObject({ id: 1, result: { structuredContent: { status: "delivered" } } });
    expect(await wire.next()).toMatchObject({ id: 2, error: { code: -32603 } });
    await wire.serving.done;
    expect(session.made.map(({ id }) => id)).toEqual(["a"]);
  });

  test("a client that no longer reads ends the connection; the running call is finished", async () => {
    const { pass, arrival, open } = gate();
    const session = fakeSession([DESIGN], { gate: pass });
    const wire = new Wire(session);
    const arrived = arrival();
    wire.send(call(1, { instance_id: "a" }), call(2, { instance_id: "b" }));
    await arrived;
    const broken = new Promise((resolve) => wire.output.once("close", resolve));
    wire.output.destroy(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
    await broken;
    open();
    await wire.serving.done;
    expect(session.made.map(({ id }) => id)).toEqual(["a"]);
  });

  test("a subscription that stays open holds nothing up", async () => {
    const wire = new Wire(fakeSession([DESIGN]));
    await wire.request("tools/list", modern());
    wire.send({ jsonrpc: "2.0", id: "s", method: "subscriptions/listen", params: modern({ notifications: {} }) });
    wire.send({ jsonrpc: "2.0", id: "p", method: "tools/list", params: modern() });
    const lines = (await wire.end()) as Answer[];
    expect(lines.map(({ id }) => id)).toContain("p");
  });
});

describe("diagnostics", () => {
  test("tell of each call, and nothing of what it brought", async () => {
    const judge = ({ id }: Asked) => (id === "bad" ? [violation("/title", "a string", "secret")] : []);
    const wire = new Wire(fakeSession([DESIGN], { judge }));
    await wire.call("design", { instance_id: "d", title: "secret" });
    await wire.call("design", { instance_id: "bad", title: "secret" });
    expect(wire.records.map(({ level, outcome, msg }) => [level, outcome, msg])).toEqual([
      ["info", "succeeded", "delivered"],
      ["info", "failed", "the design is not valid"],
    ]);
  });
});

describe("refusals", () => {
  test("list every violation in words and as data", async () => {
    const judge = () => [
      violation("/title", "a string", "5"),
      violation("", 'the property "n"', "an object without it"),
    ];
    const wire = new Wire(fakeSession([DESIGN], { judge }));
    const { result } = await wire.call("design", { instance_id: "d", title: 5 });
    expect(result?.isError).toBe(true);
    expect(result?.content?.map(({ text }) => text)).toEqual([
      "Refused, nothing was written: the design is not valid.\n" +
        "- /title: expected a string, got 5\n" +
        '- (the artifact): expected the property "n", got an object without it\n' +
        "Mend every one of these and call the tool again.",
    ]);
    expect(result?.structuredContent).toEqual({
      status: "refused",
      artifact_type: "design",
      instance_id: "d",
      reason: "the design is not valid",
      violations: [
        { path: "/title", expected: "a string", got: "5" },
        { path: "", expected: 'the property "n"', got: "an object without it" },
      ],
    });
  });
});
