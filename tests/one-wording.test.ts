import { describe, expect, test } from "vitest";
import { reasonText, shortReasons } from "../cli/src/render/reason-text.ts";
import type { ExplainedProtocol } from "../engine/src/answers/explain.ts";
import type { Reason } from "../engine/src/reasons/reason.ts";
import { chain, draft, units } from "./rig/examples.ts";
import { makeRig, type Rig, type RigOptions } from "./rig/rig.ts";
import { escaped, expectOneWording, FLAGS } from "./rig/wording.ts";

/** A project in which nothing was executed yet, or in which `play` brought something about. */
interface Scenario {
  readonly about: string;
  readonly project: RigOptions;
  readonly scope?: readonly string[];
  readonly play?: (rig: Rig) => Promise<void> | void;
}

/** Executes what is next; its agent delivers what is named, and ends with that code. */
async function step(rig: Rig, deliveries: Readonly<Record<string, string>>, code = 0): Promise<void> {
  const program = rig.start("step");
  const agent = await rig.nextAttempt();
  for (const [name, title] of Object.entries(deliveries)) {
    const [type = "", id = ""] = name.split("/");
    await agent.deliver(type, id, { title });
  }
  await agent.exit(code);
  await program.ended();
}

const judged: RigOptions = {
  protocols: [
    { name: "write", accepts: ["bad"], produces: ["text"], trigger: "any_of(on_artifact(need), on_artifact(bad))" },
    { name: "judge", requires: ["text"], choices: { verdict: ["good", "bad"] } },
  ],
  artifacts: { "need/n": { title: "A text" } },
};

const SCENARIOS: readonly Scenario[] = [
  { about: "nothing was done yet", project: chain },
  { about: "inputs are missing", project: { ...chain, artifacts: {} } },
  {
    about: "an input is not valid, and another could not be read",
    project: {
      protocols: [
        { name: "a", requires: ["need"], produces: ["plan"], trigger: "on_artifact(go)" },
        { name: "b", requires: ["sight"], produces: ["view"], trigger: "on_artifact(go)" },
        { name: "c", produces: ["late"], trigger: "on_change(go)" },
      ],
      artifacts: {
        "go/g": { title: "Go" },
        "need/n": { title: 7 },
        "sight/s": { title: "S" },
        "late/l": { title: "L" },
      },
    },
    play: (rig) => rig.writeUndecodable(".runa/workspace/sight"),
  },
  {
    about: "there is a circle, and a trigger that can never hold",
    project: {
      protocols: [
        { name: "never", produces: ["thing"], trigger: "any_of()" },
        { name: "hen", requires: ["egg"], produces: ["chick"], trigger: "on_artifact(need)" },
        { name: "nest", requires: ["chick"], produces: ["egg"], trigger: "on_artifact(need)" },
      ],
      artifacts: { "need/n": { title: "Eggs" } },
    },
  },
  { about: "a work unit is asked for", project: units, scope: ["--work-unit", "search"] },
  {
    about: "an input changed by hand, and what follows has run before",
    project: chain,
    play: async (rig) => {
      await step(rig, { "design/d1": "one" });
      await step(rig, { "code/c1": "one" });
      rig.artifact("requirements/r1", { title: "Faster" });
      rig.artifact("requirements/r2", { title: "And cheaper" });
    },
  },
  {
    about: "the last attempt failed",
    project: draft,
    play: (rig) => step(rig, { "design/d1": "one" }, 3),
  },
  {
    about: "what was chosen stands",
    project: judged,
    play: async (rig) => {
      await step(rig, { "text/t": "one" });
      await step(rig, { "bad/b": "Shorter" });
      await step(rig, { "text/t": "one" });
    },
  },
];

describe("one reason has one wording", () => {
  test.each(SCENARIOS)("where $about", async ({ project, scope = [], play }) => {
    const rig = await makeRig(project);
    await play?.(rig);
    const answer = async (...args: string[]) => {
      const { json } = await rig.run(...args, ...scope, "--json");
      if (!json) throw new Error(`${args.join(" ")} answered nothing`);
      return json;
    };
    const text = async (...args: string[]) => (await rig.run(...args, ...scope)).stdout;
    const entries = expectOneWording({
      envelopes: {
        state: await answer("state"),
        step: await answer("step", "--dry-run"),
        run: await answer("run", "--dry-run"),
      },
      explained: (await answer("explain")).protocols as unknown as readonly ExplainedProtocol[],
      texts: {
        state: await text("state"),
        explain: await text("explain"),
        step: await text("step", "--dry-run"),
        run: await text("run", "--dry-run"),
      },
    });
    const isIdle = entries.every(({ status }) => status !== "ready");
    const run = isIdle ? await text("run", "--no-wait") : "";
    for (const { name, status, reasons } of entries) {
      const short = shortReasons(reasons);
      expect(await text("explain", name)).toMatch(
        new RegExp(`^${name}.*  ${status.toUpperCase()}  .*${escaped(short)}$`, "m"),
      );
      const owed = new RegExp(`^owed: ${name} +${status.toUpperCase()} +(.*)$`, "m").exec(run)?.[1];
      if (owed !== undefined && !owed.includes(" stands: ")) expect(short).toContain(owed);
    }
  });
});

test("a sentence of a reason says at least what its half line does of what it is about", () => {
  const since = { attempt: "01a2237a-4f59-7000-8000-000000000000" };
  const reason: Reason = {
    kind: "input_changed",
    artifact_type: "design",
    instance_id: "d1",
    change: "modified",
    from: `sha256:ab12${"0".repeat(60)}`,
    to: `sha256:cd34${"0".repeat(60)}`,
    origin: { by: "hand" },
    since,
  };
  expect(shortReasons([reason])).toBe("design/d1 changed");
  expect(reasonText(reason, FLAGS)).toBe(
    "design/d1 changed since attempt 01a2237a-4f59: sha256:ab12… → cd34…, by hand",
  );
});

describe("the end of a run", () => {
  test("marks what was delivered and lay there already, and tells of a reopening by what", async () => {
    const rig = await makeRig(draft);
    await step(rig, { "design/d1": "one" });
    rig.artifact("requirements/r1", { title: "Faster" });
    const program = rig.start("run");
    const agent = await rig.nextAttempt();
    await agent.deliver("design", "d1", { title: "one" });
    await agent.deliver("design", "d2", { title: "two" });
    await agent.exit(0);
    const { stdout } = await program.ended();
    expect(stdout).toMatch(/^draft +delivered .* design\/d1 \(same as before\), design\/d2$/m);
    expect((await rig.run("log", "--kind", "reopened")).stdout).toMatch(
      / {2}reopened +draft, because requirements\/r1 changed\n$/,
    );
  });

  test("names the scopes in which something is READY where nothing is owed in its own", async () => {
    const rig = await makeRig(units);
    expect((await rig.run("run")).stdout).toMatch(
      /^all_complete: nothing to do, everything is current unscoped; READY elsewhere: work unit checkout, work unit search$/m,
    );
  });

  test("shows in state how the last attempt failed, until that is repaired", async () => {
    const rig = await makeRig(draft);
    await step(rig, {}, 3);
    const id = (await rig.events("claimed"))[0]?.attempt?.slice(0, 13);
    expect((await rig.run("state")).stdout).toContain(`\n    last attempt  exited, just now: ${id}\n`);
    rig.artifact("design/d1", { title: "By hand" });
    expect((await rig.run("state")).stdout).not.toContain("last attempt");
  });
});
