import { expect, test } from "vitest";
import { diagnosed, HEAD, P } from "./support/manifest.ts";

const GROUP = '[[protocols.required_output_choices]]\nname = "verdict"\nmembers = ["b", "c"]\n';
const manifest = (below: string) =>
  `${HEAD.replace('{ name = "b" }', '{ name = "b" }, { name = "c" }')}${P}${GROUP}${below}`;

test("a protocol's key below its choice group is told to be put above it", async () => {
  expect(await diagnosed(manifest('requires = ["a"]\nscoped = true\n'))).toEqual(
    ["10:1", "11:1"].map((place, index) => {
      const key = ["requires", "scoped"][index];
      return `${place} problem: '${key}' stands below [[protocols.required_output_choices]] and so belongs to that group, not to its protocol: put it above`;
    }),
  );
});

test("another key of a choice group is an unknown one", async () => {
  expect(await diagnosed(manifest('member = "a"\n'))).toEqual([
    "10:1 problem: unknown key 'member' in a choice group — did you mean 'members'?",
  ]);
});
