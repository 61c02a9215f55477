import { expect, test } from "vitest";
import { draft } from "./rig/examples.ts";
import { makeRig } from "./rig/rig.ts";

// More than one thread reads then.
const MANY = 16_000;

test("a first scan of many files finds each, and says of each what is wrong", async () => {
  const rig = await makeRig(draft);
  for (let index = 0; index < MANY; index++) rig.artifact(`design/d${index}`, { title: `Design ${index}` });
  rig.write(rig.path("design/d15000"), '{"title":');
  rig.artifact("design/d15001", { title: 15001 });

  const first = await rig.run("scan");
  const lines = first.stdout.trimEnd().split("\n");
  expect(lines[0]).toBe(`${MANY + 1} new, 0 modified, 0 revalidated, 0 removed, 0 unchanged`);
  const found = lines.filter((line) => line.startsWith("  new  design/")).map((line) => line.slice(14));
  expect(new Set(found)).toEqual(new Set(Array.from({ length: MANY }, (_, index) => `d${index}`)));
  expect(lines.slice(MANY + 2).join("\n")).toMatch(
    /^malformed {2}design\/d15000\n.*not JSON: .*\ninvalid {2}design\/d15001\n.*title.*$/,
  );
  expect((await rig.run("scan", "--full")).stdout).toMatch(
    /^0 new, 0 modified, 0 revalidated, 0 removed, 16001 unchanged\n/,
  );
  expect((await rig.run("log", "--verify")).exitCode).toBe(0);
});
