import { describe, expect, test } from "vitest";
import { fakeSession, output } from "./fake-session.ts";
import { modern, Wire } from "./wire.ts";

const DESIGN = output("design", { type: "object", properties: { title: { type: "string" }, n: { type: "number" } } });

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
    expect(session.made.map(({ value }) => value)).toEqual([{ n: 1 }]);
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
