import { describe, expect, test } from "vitest";
import type { RehearsalOptions } from "../src/rehearse/options.ts";
import { selectionOf } from "../src/rehearse/selection.ts";
import { offerOf } from "../src/session/offer.ts";

const MEMBERS = ["approved", "needs-revision"];
const offer = (name: string, duty: object) => offerOf({ name, inputSchema: {}, _meta: { "runa/duty": duty } });
const choice = (name: string) => offer(name, { kind: "choice", group: "disposition", members: MEMBERS });
const REVIEW = [
  offer("report", { kind: "produces" }),
  choice("needs-revision"),
  choice("approved"),
  offer("notes", { kind: "may_produce" }),
];

function selection(options: Partial<RehearsalOptions>) {
  const usual: RehearsalOptions = {
    seed: 1,
    choose: [],
    skip: [],
    invalid: [],
    optional: false,
    instanceId: undefined,
    workUnit: undefined,
    sleep: 0,
    fail: false,
    exit: 0,
  };
  return selectionOf(REVIEW, { ...usual, ...options });
}

function selected(options: Partial<RehearsalOptions>) {
  const { deliver, skipped } = selection(options);
  return { deliver: deliver.map((each) => each.artifactType), skipped: skipped.map((each) => each.artifactType) };
}

describe("selection", () => {
  test.each([
    [{}, ["report", "approved"], []],
    [{ choose: ["needs-revision"] }, ["report", "needs-revision"], []],
    [{ optional: true }, ["report", "approved", "notes"], []],
    [{ skip: ["report"] }, ["approved"], ["report"]],
    [{ skip: ["approved"] }, ["report", "needs-revision"], ["approved"]],
    [{ skip: MEMBERS }, ["report"], ["needs-revision", "approved"]],
    [{ invalid: ["report", "approved"] }, ["report", "approved"], []],
  ])("%j", (options, deliver, skipped) => {
    expect(selected(options)).toEqual({ deliver, skipped });
  });

  test("an option that names a type which is not offered has no effect, and says so", () => {
    const options = { skip: ["desing"], invalid: ["x"], choose: ["report"] };
    expect(selected(options)).toEqual({ deliver: ["report", "approved"], skipped: [] });
    expect(selection(options).idle).toEqual(["--skip desing", "--choose report", "--invalid x"]);
  });

  test.each([
    [{ choose: MEMBERS }, "--choose needs-revision and --choose approved are members of one choice"],
    [
      { invalid: ["needs-revision"] },
      "--invalid needs-revision: that type is not going to be delivered; add --choose needs-revision",
    ],
    [{ invalid: ["notes"] }, "--invalid notes: that type is not going to be delivered; add --optional"],
    [
      { invalid: ["report"], skip: ["report"] },
      "--invalid report: that type is not going to be delivered; leave --skip out",
    ],
  ])("%j is an error", (options, message) => {
    expect(() => selected(options)).toThrow(message);
  });
});
