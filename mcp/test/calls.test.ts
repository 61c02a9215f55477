import { describe, expect, test } from "vitest";
import { type Asked, type FakeSession, fakeSession, output, violation } from "./fake-session.ts";
import { gate } from "./gate.ts";
import { calling, Wire } from "./wire.ts";

const DESIGN = output("design", { type: "object", properties: { title: { type: "string" }, n: { type: "number" } } });
const values = (session: FakeSession) => session.made.map(({ value }) => value);

describe("calls", () => {
  test("are made one at a time, in order, and answered by id", async () => {
    const { pass, arrival, open } = gate();
    const session = fakeSession([DESIGN], { gate: pass });
    const wire = new Wire(session);
    await wire.initialize();
    const first = arrival();
    wire.send(calling("a", { instance_id: "1" }), calling("b", { instance_id: "2" }), {
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
    const session = fakeSession([DESIGN]);
    const { result } = await new Wire(session).request("tools/call", { name: "design" });
    expect(result?.isError).toBe(true);
    expect(session.refused).toEqual(["the arguments are not what the tool takes"]);
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
      JSON.stringify(calling("x", { instance_id: "d", deep: 0 })).replace(
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
    wire.send(
      calling("a", { instance_id: "1" }),
      calling("b", { instance_id: "2" }),
      calling("c", { instance_id: "3" }),
    );
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
      violation_count: 2,
    });
  });
});
