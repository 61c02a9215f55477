import { expect, test } from "vitest";
import { claimAttempt, unendedAttempts } from "../src/record/attempt.ts";
import type { Exclusion } from "../src/record/exclusion.ts";
import { Rig, unit } from "./rig.ts";

/** Claims `review` while `write` runs for work unit w-1; the id of what stands in the way, or null. */
function obstacleOf(exclusion: Exclusion): string | null {
  const rig = new Rig();
  rig.begin("attempt-1", "w-1");
  const result = claimAttempt(rig.store, {
    id: "attempt-2",
    protocol: "review",
    workUnit: null,
    argv: ["agent"],
    owner: { pid: 1, startTime: null, machine: null, boot: null, pidNamespace: null },
    place: { directory: "/project", workspace: "/project/workspace" },
    fingerprint: "f",
    instructionsHash: "h",
    inputs: [],
    before: [],
    contents: [],
    lastAttempt: null,
    reopened: null,
    // Whatever crosses a wire is no more than this.
    exclusion: JSON.parse(JSON.stringify(exclusion)) as Exclusion,
  });
  expect(unendedAttempts(rig.store)).toHaveLength(result.kind === "claimed" ? 2 : 1);
  return result.kind === "obstructed" ? result.by.id : null;
}

const beside = (units: Exclusion["protocols"][number]["units"]): Exclusion => ({
  exclusive: false,
  protocols: [
    { protocol: "review", units: [] },
    { protocol: "write", units },
  ],
});

test.each<[string, Exclusion, string | null]>([
  ["a protocol that is in nobody's way", beside([]), null],
  ["the same work unit", beside([null, unit("w-1")]), "attempt-1"],
  ["another work unit", beside([null, unit("w-2")]), null],
  ["every work unit", beside("all"), "attempt-1"],
  ["nothing at all, as it is exclusive", { ...beside([]), exclusive: true }, "attempt-1"],
  ["no protocol that it does not know", { exclusive: false, protocols: [] }, "attempt-1"],
])("a claim goes by what it excludes: %s", (_, exclusion, by) => {
  expect(obstacleOf(exclusion)).toBe(by);
});
