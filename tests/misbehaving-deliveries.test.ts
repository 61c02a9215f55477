import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { chain, draft } from "./rig/examples.ts";
import { misbehaving, rigWith, stepWith } from "./rig/misbehaving.ts";
import { RUNA } from "./rig/programs.ts";
import { makeRig, type Rig } from "./rig/rig.ts";
import { appears } from "./rig/within.ts";

/** What an agent wrote down of what it was answered. */
const answerIn = (rig: Rig) => JSON.parse(rig.read("answer.json"));

describe("an agent that leaves its server behind to deliver later", () => {
  test("the server is ended with it", async () => {
    const { rig, exitCode, stderr } = await stepWith("leaves-server");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("not_delivered: not delivered: design");
    expect(stderr).toMatch(/^ {2}ended node \(pid \d+\), which it had left/m);
    expect(rig.exists("late.json")).toBe(false);
    expect(rig.artifacts()).toEqual(["requirements/r1"]);
  });

  test("where the config spares it, its late call is refused", async () => {
    const rig = await rigWith("leaves-server", { settings: 'spare = ["node"]' });
    const { exitCode, stderr } = await rig.run("step");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("not_delivered: not delivered: design");
    expect(stderr).not.toContain("which it had left");
    await appears(join(rig.project, "late.json"));
    const answer = JSON.parse(rig.read("late.json"));
    expect(answer.result).toMatchObject({ isError: true, content: [{ text: expect.stringContaining("has ended") }] });
    expect(rig.artifacts()).toEqual(["requirements/r1"]);
    const [refused] = await rig.events("delivery_refused");
    expect(refused?.body).toMatchObject({ artifact_type: "design" });
  });
});

describe("an agent that delivers for somebody else", () => {
  test("from the server of another protocol: refused", async () => {
    const { rig, exitCode, stderr } = await stepWith("serves-another", chain);
    // There is no server to call.
    expect(answerIn(rig)).toEqual({ serverEnded: 1 });
    expect(exitCode).toBe(1);
    expect(stderr).toContain("not_delivered: not delivered: design");
    expect(rig.artifacts()).toEqual(["requirements/r1"]);
  });

  test("from a server without its attempt: the artifact is kept and counts as nobody's", async () => {
    const { rig, exitCode, stderr } = await stepWith("serves-nobody");
    expect(answerIn(rig).result.isError).not.toBe(true);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("not_delivered: not delivered: design");
    expect(stderr).toContain("the agent never started the MCP server");
    expect(rig.artifacts()).toContain("design/d1");
  });

  test("by the tool of a type that its protocol does not write: there is none", async () => {
    const { rig, exitCode, stderr } = await stepWith("calls-another-tool", chain);
    expect(answerIn(rig)).toMatchObject({ error: { message: "Unknown tool: code" } });
    expect(exitCode).toBe(1);
    expect(stderr).toContain("not_delivered: not delivered: design");
    expect(rig.artifacts()).toEqual(["requirements/r1"]);
  });
});

describe("an agent that runs `runa run`", () => {
  test("in its own project: refused, naming the attempt", async () => {
    const { rig, exitCode } = await stepWith("runs-runa", { agent: misbehaving("runs-runa", ".", RUNA, "run") });
    const [ended] = await rig.events("attempt_ended");
    const { status, stderr } = answerIn(rig);
    expect(status).toBe(1);
    expect(stderr).toContain(`this is inside attempt ${ended?.attempt} of protocol 'draft'`);
    expect(exitCode).toBe(1);
  });

  test("in another project: done, and its attempts carry both ids, the outer one first", async () => {
    const inner = await makeRig({
      ...draft,
      agent: [
        "/bin/sh",
        "-c",
        `mkdir -p .runa/workspace/design && echo '{"title": "Inner"}' > .runa/workspace/design/d1.json && printf %s "$RUNA_ATTEMPT" > ids`,
      ],
    });
    const { rig } = await stepWith("runs-runa", { agent: misbehaving("runs-runa", inner.project, RUNA, "run") });
    expect(answerIn(rig)).toMatchObject({ status: 0, stderr: expect.stringContaining("✓ draft") });
    const ids = await Promise.all([rig, inner].map(async (one) => (await one.events("claimed"))[0]?.attempt));
    expect(inner.read("ids").split(",")).toEqual(ids);
  });
});
