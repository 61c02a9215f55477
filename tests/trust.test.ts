import { expect, test } from "vitest";
import { makeRig } from "./rig/rig.ts";

test("list and state name what cannot be trusted, and do not say that a trigger's type is required", async () => {
  const rig = await makeRig({
    protocols: [
      { name: "by-trigger", produces: ["out"], trigger: "on_artifact(signal)" },
      { name: "by-need", requires: ["need"], produces: ["more"], trigger: "on_artifact(go)" },
      { name: "settled", produces: ["rest"], trigger: "any_of(on_artifact(signal), on_artifact(go))" },
    ],
    artifacts: { "signal/s": { title: "Go" }, "need/bad": { title: 7 }, "go/g": { title: "Go" } },
  });
  rig.writeUndecodable(".runa/workspace/signal");
  rig.writeUndecodable(".runa/workspace/need");
  const list = (await rig.run("list")).stdout;
  expect(list.match(/^ +BLOCKED .*$/gm)?.map((line) => line.trim().replace(/ +/, " "))).toEqual([
    "BLOCKED signal (scan_incomplete)",
    "BLOCKED need (invalid), need (scan_incomplete)",
  ]);
  const state = (await rig.run("state")).stdout;
  expect(state).toMatch(/^ {2}by-trigger\n {4}trigger +signal \(scan_incomplete\)$/m);
  // What is known to be invalid is told beside what could not be read.
  expect(state).toMatch(/^ {2}by-need\n {4}requires +need \(invalid\)\n {4}requires +need \(scan_incomplete\)$/m);
  expect((await rig.state()).protocols).toMatchObject([
    { name: "settled", status: "ready" },
    { name: "by-trigger", precondition_failures: [{ artifact_type: "signal", reason: "scan_incomplete" }] },
    {
      name: "by-need",
      precondition_failures: [
        { artifact_type: "need", reason: "invalid" },
        { artifact_type: "need", reason: "scan_incomplete" },
      ],
    },
  ]);
});

test("outputs that cannot be read suppress nothing, on_change included, for no work unit", async () => {
  const rig = await makeRig({
    protocols: [{ name: "build", produces: ["out"], scoped: true, trigger: "on_change(in)" }],
    artifacts: { "in/i": { title: "In" } },
  });
  await rig.run("scan");
  rig.artifact("out/a", { title: "Out", work_unit: "a" });
  rig.artifact("out/b", { title: "Out", work_unit: "b" });
  expect((await rig.state("a")).protocols).toMatchObject([{ status: "waiting", trigger: "not_satisfied" }]);
  rig.writeUndecodable(".runa/workspace/out");
  for (const unit of ["a", "b"])
    expect((await rig.state(unit)).protocols).toMatchObject([{ status: "ready", trigger: "satisfied" }]);
});

test("step and run warn of a cycle on stderr", async () => {
  const rig = await makeRig({
    protocols: [
      { name: "a", requires: ["y"], produces: ["x"] },
      { name: "b", requires: ["x"], produces: ["y"] },
    ],
  });
  const warning = "warning: dependency cycle a -> b -> a; its members wait\n";
  for (const words of [["step"], ["step", "--dry-run"], ["step", "--dry-run", "--json"], ["run"], ["run", "--dry-run"]])
    expect((await rig.run(...words)).stderr, words.join(" ")).toBe(warning);
});

test("doctor: a scoped protocol lacks nothing while no valid artifact names a work unit", async () => {
  const rig = await makeRig({
    protocols: [{ name: "build", requires: ["task"], produces: ["out"], scoped: true }],
    types: ["note"],
  });
  rig.artifact("note/n", { title: 7, work_unit: "w" });
  expect((await rig.run("doctor")).stdout).not.toContain("build lacks");
  rig.artifact("note/n", { title: "Named", work_unit: "w" });
  expect((await rig.run("doctor")).stdout).toContain("build lacks task (missing)");
});
