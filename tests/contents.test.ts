import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openStore } from "../store/src/connection/store.ts";
import { readContent } from "../store/src/contents/read.ts";
import { canonicalJson } from "../store/src/json/canonical.ts";
import { by, decisionFiles, gated, hashOf } from "./rig/deciding.ts";
import { chain } from "./rig/examples.ts";
import { makeRig, type Rig } from "./rig/rig.ts";
import { editStore } from "./rig/store-edit.ts";

/** The contents that a project's store keeps, as texts. */
function keptIn(rig: Rig): string[] {
  const store = openStore(join(rig.project, ".runa/store"), "look");
  try {
    const hashes = store.connection.database.prepare("SELECT hash FROM content").pluck().all() as string[];
    return hashes.map((hash) => {
      const found = readContent(store, hash);
      if (found.kind !== "kept") throw new Error(`${hash} is ${found.kind}`);
      return found.bytes.toString("utf8");
    });
  } finally {
    store.close();
  }
}

/** Has the READY protocol of a project executed; its agent does what it is told. */
async function step(
  rig: Rig,
  work: (agent: Awaited<ReturnType<Rig["nextAttempt"]>>) => Promise<unknown>,
): Promise<void> {
  const started = rig.start("step");
  const agent = await rig.nextAttempt();
  await work(agent);
  await agent.exit(0);
  expect((await started.ended()).exitCode).toBe(0);
}

const INPUT = canonicalJson({ title: "Fast" });
const sources = (rig: Rig) =>
  [
    "manifest.toml",
    "schemas/requirements.schema.json",
    "schemas/design.schema.json",
    "schemas/code.schema.json",
    "protocols/draft/PROTOCOL.md",
    "protocols/build/PROTOCOL.md",
  ].map((name) => readFileSync(join(rig.methodology, name), "utf8"));

describe("what is kept", () => {
  test("of a project that was only looked at: its methodology, and no artifact", async () => {
    const rig = await makeRig(chain);
    await rig.state();
    expect(keptIn(rig).sort()).toEqual(sources(rig).sort());
  });

  test("of attempts: what they are given and what they deliver, by tool, by file or confirmed", async () => {
    const rig = await makeRig(chain);
    rig.artifact("code/c1", { title: "by hand" });
    await step(rig, (agent) => agent.deliver("design", "d1", { title: "A design" }));
    const after = [...sources(rig), INPUT, canonicalJson({ title: "A design" })];
    expect(keptIn(rig).sort()).toEqual(after.sort());
    await step(rig, async (agent) => {
      await agent.writeFile(rig.path("code/c2"), '{"title":"by file"}');
      await agent.call("confirm_unchanged", { artifact_type: "code", instance_id: "c1", reason: "still right" });
    });
    const all = [...after, canonicalJson({ title: "by hand" }), canonicalJson({ title: "by file" })];
    expect(keptIn(rig).sort()).toEqual(all.sort());
  });

  test("of what a person delivers, and of another methodology", async () => {
    const rig = await makeRig(chain);
    await rig.run("deliver", "design", "d1", { input: '{"title":"Mine"}' });
    expect(keptIn(rig)).toContain(canonicalJson({ title: "Mine" }));
    const before = sources(rig);
    writeFileSync(join(rig.methodology, "protocols/draft/PROTOCOL.md"), "Do it otherwise.\n");
    await rig.state();
    expect(keptIn(rig)).toEqual(expect.arrayContaining([...before, ...sources(rig)]));
  });

  test("of what people decide: the decision, its subject, and by which policy", async () => {
    const rig = await makeRig({ ...gated, config: '[approvals]\npeople = "people.toml"' });
    rig.write("people.toml", '[people.anna]\ngit = ["anna"]\n');
    const hash = await hashOf(rig, "design/d1");
    expect(await rig.run("approve", "design", "d1", "--hash", hash, by("anna"))).toMatchObject({ exitCode: 0 });
    const [decision] = decisionFiles(rig, "design-approval");
    const policy = { people: { anna: { git: ["anna"], keys: [], may: [], roles: [] } }, required: false };
    expect(keptIn(rig)).toEqual(
      expect.arrayContaining([canonicalJson({ title: "Design" }), canonicalJson(decision), canonicalJson(policy)]),
    );
    const [event] = await rig.events("decision");
    const shown = await rig.run("show", "--at", String(event?.body.policy), "--json");
    expect(shown.json).toMatchObject({ text: canonicalJson(policy) });
    // Nothing of what a decision rests on is too old, however long ago it was made.
    editStore(rig.project, "UPDATE content SET at = 1");
    await rig.run("gc");
    expect(keptIn(rig)).toEqual(expect.arrayContaining([canonicalJson(decision), canonicalJson(policy)]));
  });

  test("an attempt keeps again what has gone from the store", async () => {
    const rig = await makeRig(chain);
    await rig.state();
    rmSync(join(rig.project, ".runa/store/runa.db"));
    await rig.run("scan", "--rebuild");
    await step(rig, (agent) => agent.deliver("design", "d1", { title: "A design" }));
    expect(keptIn(rig)).toEqual(expect.arrayContaining([...sources(rig), INPUT]));
  });

  test("is nothing with keep = none", async () => {
    const rig = await makeRig({ ...chain, config: '[history]\nkeep = "none"\n' });
    await step(rig, (agent) => agent.deliver("design", "d1", { title: "A design" }));
    expect(keptIn(rig)).toEqual([]);
  });

  test("is also an input that is not valid, as its bytes are", async () => {
    const rig = await makeRig({
      protocols: [{ name: "mend", trigger: "on_invalid(design)", produces: ["report"] }],
      types: ["design"],
    });
    const torn = '{"title": ';
    rig.write(rig.path("design/torn"), torn);
    await step(rig, (agent) => agent.deliver("report", "r1", { title: "It is torn" }));
    expect(keptIn(rig)).toContain(torn);
  });
});
