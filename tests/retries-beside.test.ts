import { expect, test } from "vitest";
import { draft } from "./rig/examples.ts";
import { makeRig } from "./rig/rig.ts";

// Long enough for another run to come in between.
const LATER = 'attempts = 2\nbackoff = "5s"';

test("a try that failed and is repeated is no failure of another run that waited: it goes on itself", async () => {
  const rig = await makeRig({ ...draft, settings: LATER });
  const here = rig.start("run");
  const first = await rig.nextAttempt();
  const there = rig.start("run");
  await there.says("stderr", "… waiting for draft");
  await first.exit(1);
  const second = await rig.nextAttempt();
  await second.deliver("design", "d1", { title: "A design" });
  await second.exit(0);
  expect((await there.ended()).exitCode).toBe(0);
  // The first one finds it done.
  const { exitCode, stderr } = await here.ended();
  expect(exitCode).toBe(0);
  expect(stderr).not.toContain("try 2");
});

test("the last try that failed is one", async () => {
  const rig = await makeRig(draft);
  const here = rig.start("run");
  const first = await rig.nextAttempt();
  const there = rig.start("run");
  await there.says("stderr", "… waiting for draft");
  await first.exit(1);
  const { exitCode, stdout } = await there.ended();
  expect(exitCode).toBe(2);
  expect(stdout).toContain("draft failed in another run that went on beside this one");
  expect((await here.ended()).exitCode).toBe(2);
});

test("an attempt that was interrupted is no failure of another run that waited", async () => {
  const rig = await makeRig(draft);
  const here = rig.start("step");
  await rig.nextAttempt();
  const there = rig.start("run");
  await there.says("stderr", "… waiting for draft");
  here.signal("SIGINT");
  expect((await here.ended()).exitCode).toBe(130);
  const second = await rig.nextAttempt();
  await second.deliver("design", "d1", { title: "A design" });
  await second.exit(0);
  expect((await there.ended()).exitCode).toBe(0);
});

test("when another run did it meanwhile and its input has changed since, the next try is the first one", async () => {
  const rig = await makeRig({ ...draft, settings: LATER });
  const run = rig.start("run");
  await (await rig.nextAttempt()).exit(1);
  await run.says("stderr", "again in");
  const step = rig.start("step");
  const other = await rig.nextAttempt();
  rig.artifact("requirements/r1", { title: "Faster" });
  await other.deliver("design", "d1", { title: "A design" });
  await other.exit(0);
  expect((await step.ended()).exitCode).toBe(0);
  const next = await rig.nextAttempt();
  expect(next.prompt).toContain("Faster");
  expect(next.prompt).not.toContain("What went wrong before");
  await next.deliver("design", "d1", { title: "A better design" });
  await next.exit(0);
  const { exitCode, stderr } = await run.ended();
  expect(exitCode).toBe(0);
  expect(stderr).not.toContain("try 2");
});
