import { describe, expect, test } from "vitest";
import { fakeSession, output } from "./fake-session.ts";
import { gate } from "./gate.ts";
import { type Answer, calling, initializeParams, modern, Wire } from "./wire.ts";

const DESIGN = output("design", { type: "object", properties: { title: { type: "string" }, n: { type: "number" } } });

describe("the end", () => {
  test("calls that were written before the input ended are made and answered", async () => {
    const session = fakeSession([DESIGN]);
    const wire = new Wire(session);
    wire.send({ jsonrpc: "2.0", id: 1, method: "initialize", params: initializeParams() });
    wire.send(calling(2, { instance_id: "a" }), calling(3, { instance_id: "b" }));
    wire.input.write(JSON.stringify(calling(4, { instance_id: "unfinished line" })));
    const answers = (await wire.end()) as Answer[];
    expect(answers.map(({ id }) => id)).toEqual([1, 2, 3, 4]);
    expect(session.made.map(({ id }) => id)).toEqual(["a", "b", "unfinished line"]);
  });

  test("a call under way when the input ends is finished and answered first", async () => {
    const { pass, arrival, open } = gate();
    const session = fakeSession([DESIGN], { gate: pass });
    const wire = new Wire(session);
    const arrived = arrival();
    wire.send(calling(1, { instance_id: "a" }));
    await arrived;
    const rest = wire.end();
    open();
    expect(await rest).toMatchObject([{ id: 1, result: { structuredContent: { status: "delivered" } } }]);
  });

  test("half a call is no call", async () => {
    const session = fakeSession([DESIGN]);
    const wire = new Wire(session);
    wire.input.write(JSON.stringify(calling(1, { instance_id: "a" })).slice(0, -3));
    expect(await wire.end()).toMatchObject([{ id: null, error: { code: -32700 } }]);
    expect(session.made).toEqual([]);
  });

  test("when told to stop, it finishes the running call and makes no other", async () => {
    const { pass, arrival, open } = gate();
    const session = fakeSession([DESIGN], { gate: pass });
    const wire = new Wire(session);
    const arrived = arrival();
    wire.send(calling(1, { instance_id: "a" }), calling(2, { instance_id: "b" }));
    await arrived;
    wire.serving.stop();
    wire.send(calling(3, { instance_id: "c" }));
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
    wire.send(calling(1, { instance_id: "a" }), calling(2, { instance_id: "b" }));
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
