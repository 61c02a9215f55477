import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Candidate } from "../../engine/src/methodology/candidate.ts";
import { stderr } from "../../engine/src/output.ts";
import { LastLine } from "../src/execution/last-line.ts";
import { Progress } from "../src/execution/progress.ts";
import { textWidth } from "../src/output/text-width.ts";
import { beatText, blockText, type RunningView } from "../src/render/running-view.ts";

const candidate = (name: string, workUnit: string | null = null) => ({ protocol: { name }, workUnit }) as Candidate;

function view(name: string, more: Partial<RunningView> = {}): RunningView {
  return { work: candidate(name), elapsed: 65_000, delivered: [], lastLine: "", ...more };
}

const designs = (...ids: string[]) => ids.map((id) => ({ type: "design", id }));

describe("the block", () => {
  test("shows each attempt with its time, what it delivered, and its last line", () => {
    const running = [
      view("draft", { delivered: designs("a", "b"), lastLine: "> Read plan.md" }),
      view("build", { elapsed: 400 }),
    ];
    expect(blockText(running, 79, 23)).toEqual([
      "  draft  1m 5s  design/b, design/a",
      "    > Read plan.md",
      "  build  0 s  nothing delivered yet",
    ]);
  });

  test("names the latest deliveries, and counts the others", () => {
    expect(blockText([view("draft", { delivered: designs("a", "b", "c", "d", "e") })], 79, 23)).toEqual([
      "  draft  1m 5s  design/e, design/d, design/c and 2 more",
    ]);
  });

  test("stays in the terminal, however long, wide or many its lines are", () => {
    const running = ["one", "two", "three"].map((name) =>
      view(name, { delivered: designs("d".repeat(100)), lastLine: "語".repeat(100) }),
    );
    for (const line of blockText(running, 59, 23)) expect(textWidth(line)).toBeLessThanOrEqual(59);
    expect(blockText(running, 59, 23)).toHaveLength(6);
    expect(blockText(running, 59, 5)).toHaveLength(3);
    expect(blockText(running, 59, 2)).toEqual([
      expect.stringMatching(/^ {2}one {2}1m 5s {2}design\/d+…$/),
      "  … 2 more",
    ]);
  });

  test("in one line, for a log", () => {
    expect(beatText([view("draft", { lastLine: "> Read plan.md" })])).toBe(
      "… draft  1m 5s  nothing delivered yet: > Read plan.md",
    );
    expect(beatText([view("draft"), view("build", { delivered: designs("a") })])).toBe(
      "… 2 are running: draft  1m 5s  nothing delivered yet; build  1m 5s  design/a",
    );
  });
});

describe("the last line", () => {
  const last = (...chunks: (string | Uint8Array)[]) => {
    const line = new LastLine();
    for (const chunk of chunks) line.push("stdout", Buffer.from(chunk));
    return line.text;
  };

  test.each<[string, string[], string]>([
    ["of several", ["one\ntwo\n"], "two"],
    ["that is only begun", ["one\ntw"], "tw"],
    ["that comes in pieces", ["on", "e tw", "o"], "one two"],
    ["passes over empty ones", ["one\n\n   \n"], "one"],
    ["of what overwrites itself", ["10 %\r20 %\r30 %"], "30 %"],
    ["without colours and movements", ["\u001b[2J\u001b[31mred\u001b[0m\u001b]0;title\u0007\n"], "red"],
    ["with what hides spelled out", ["a\u202eb\u0007\n"], "a\\u{202e}b\\u{7}"],
    ["of nothing", ["\n\n"], ""],
  ])("%s", (_, chunks, expected) => {
    expect(last(...chunks)).toBe(expected);
  });

  test("is whole where its bytes come apart, and no more of an endless one is kept than can be shown", () => {
    const bytes = Buffer.from("日本");
    expect(last(bytes.subarray(0, 2), bytes.subarray(2))).toBe("日本");
    expect(last("x".repeat(10_000_000)).length).toBeLessThan(10_000);
  });

  test("of both outputs is what came last", () => {
    const line = new LastLine();
    line.push("stdout", Buffer.from("out"));
    line.push("stderr", Buffer.from("err"));
    line.push("stdout", Buffer.from(" and on"));
    expect(line.text).toBe("out and on");
  });
});

describe("off a terminal", () => {
  let written: string[];
  beforeEach(() => {
    vi.useFakeTimers();
    written = [];
    vi.spyOn(stderr, "isTerminal", "get").mockReturnValue(false);
    vi.spyOn(stderr, "write").mockImplementation((text) => void written.push(String(text)));
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  test("what runs is told once a minute, and not when nothing runs", () => {
    const progress = new Progress({
      ...{ prefixed: false, project: "", events: null, block: false },
      delivered: () => designs("a"),
    });
    vi.advanceTimersByTime(300_000);
    progress.hear({ kind: "attempt_started", id: "1", candidate: candidate("draft") as never, tries: 1 });
    vi.advanceTimersByTime(59_999);
    expect(written).toEqual(["▶ draft\n"]);
    progress.show(candidate("draft"), "stderr", Buffer.from("busy\n"));
    vi.advanceTimersByTime(60_001);
    expect(written.slice(1).join("")).toBe("busy\n… draft  1m  design/a: busy\n… draft  2m  design/a: busy\n");
    progress.close();
    vi.advanceTimersByTime(600_000);
    expect(written.slice(1).join("")).toBe("busy\n… draft  1m  design/a: busy\n… draft  2m  design/a: busy\n");
  });
});
