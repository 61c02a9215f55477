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

function selected(options: Partial<RehearsalOptions>) {
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
  const { deliver, skipped } = selectionOf(REVIEW, { ...usual, ...options });
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

  test.each([
    [
      { skip: ["desing"] },
      "--skip desing: the server offers no such type to deliver (it offers: report, needs-revision, approved, notes)",
    ],
    [
      { invalid: ["x"] },
      "--invalid x: the server offers no such type to deliver (it offers: report, needs-revision, approved, notes)",
    ],
    [
      { choose: ["report"] },
      "--choose report: the server offers no such member to choose (it offers: needs-revision, approved)",
    ],
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
