import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { textWidth } from "../cli/src/output/text-width.ts";
import { by, decisionFiles, gated, hashOf } from "./rig/deciding.ts";
import { RUNA } from "./rig/programs.ts";
import { makeRig, type Rig, type StartOptions } from "./rig/rig.ts";

const WIDTH = 90;

const hasTerminals = spawnSync("script", ["--version"]).status === 0;

/** Runs `runa` on a terminal; what is typed there is what stands on its input. */
async function onTerminal(
  rig: Rig,
  words: string,
  options: StartOptions,
): Promise<{ exitCode: number | null; screen: string }> {
  const program = rig.launch(["script", "-qec", `${process.execPath} ${RUNA} ${words}`, "/dev/null"], "script", {
    ...options,
    env: { TERM: "dumb", PAGER: "cat", COLUMNS: `${WIDTH}`, ...options.env },
  });
  const { exitCode, stdout } = await program.ended();
  return { exitCode, screen: stdout.replaceAll("\r", "") };
}

describe.runIf(hasTerminals)("on a terminal", () => {
  test("all of the content is shown, and what it may hide", async () => {
    const long = Array.from({ length: 200 }, (_, index) => `word${index}`).join(" ");
    const rig = await makeRig({
      ...gated,
      schemas: { ...gated.schemas, design: true },
      artifacts: {
        "design/d1": {
          title: "Harmless\u001b[2J\u001b[H\u202e\u200b",
          steps: [{ do: "one", lines: "first\n# Second\n\tthird" }],
          flags: ["-rf", "*"],
          long,
          unbroken: "x".repeat(500),
          last_of_all: `${"\u00a0".repeat(110)}delete everything`,
          "a\u001b[31mkey": 1,
        },
      },
    });
    const hash = await hashOf(rig, "design/d1");
    const { exitCode, screen } = await onTerminal(rig, "approve design d1", by("anna", { input: "y\n" }));
    expect(exitCode).toBe(0);
    expect(screen).toContain(`content  ${hash}`);
    expect(screen).toContain("- **Title:** Harmless\\u{1b}[2J\\u{1b}[H\\u{202e}\\u{200b}\n");
    expect(screen).toContain("> # Second\n");
    expect(screen).toContain("- **Flags:**\n   1. -rf\n   2. *\n");
    for (const word of long.split(" ")) expect(screen).toMatch(new RegExp(`\\b${word}\\b`));
    expect(screen.replaceAll(/\s/g, "")).toContain("x".repeat(500));
    expect(screen).toContain("delete everything");
    for (const hidden of ["\u001b", "\u202e", "\u200b"]) expect(screen).not.toContain(hidden);
    // Nothing is put by the terminal where a line begins: no line is wider than it.
    const content = screen.slice(screen.indexOf("- **Title"), screen.indexOf("Approve design"));
    expect(content.split("\n").filter((line) => textWidth(line) > WIDTH)).toEqual([]);
    expect(content.split("\n").filter((line) => line !== "" && !/^(- \*\*| )/.test(line))).toEqual([]);
    expect(screen).toContain("Approve design/d1 as design-approval, by anna? [y/N] ");
    expect(screen).toContain("approved: design/d1, by anna, as design-approval\n");
    expect(decisionFiles(rig, "design-approval")).toMatchObject([{ subject: { content_hash: hash } }]);
  });

  test.each(["n\n", "\n", "yea\n", ""])("only a yes decides, not %j", async (input) => {
    const rig = await makeRig(gated);
    // The end of the input is one where the terminal's is typed.
    const typed = input === "" ? "\u0004" : input;
    const { exitCode, screen } = await onTerminal(rig, "approve design d1", by("anna", { input: typed }));
    expect(exitCode).toBe(1);
    expect(screen).toContain("nothing was decided\n");
    expect(await rig.events("decision")).toEqual([]);
  });

  test("what changed since it was decided on last is shown, and what was said then", async () => {
    const rig = await makeRig({
      ...gated,
      schemas: { ...gated.schemas, design: true },
      artifacts: { "design/d1": { title: "Old", steps: ["one", "two"], gone: true } },
    });
    const hash = await hashOf(rig, "design/d1");
    await rig.run("reject", "design", "d1", "--hash", hash, "--note", "too\u001b[2J short", by("bert"));
    rig.artifact("design/d1", { title: "New", steps: ["one", "-rf", "two"], added: { by: "x" } });
    const { screen } = await onTerminal(rig, "reject design d1 --note still", by("anna", { input: "yes\n" }));
    expect(screen).toMatch(
      /decisions {2}rejected by bert \(design-rejection\), [-0-9]+\s+[:0-9]+,\s+of another content:\s+too\\u\{1b\}\[2J short\n/,
    );
    expect(screen).toContain(
      [
        `Changed since the content that bert rejected, ${hash.slice(0, 19)}:`,
        "  /title",
        "    was  Old",
        "    is   New",
        "  /steps/1 is new",
        "    is   -rf",
        "  /added is new",
        "    is   - **By:** x",
        "  /gone is gone",
        "    was  yes",
      ].join("\n"),
    );
    expect(decisionFiles(rig, "design-rejection")).toHaveLength(2);
  });

  test("what was changed after it was shown is not decided on", async () => {
    const rig = await makeRig(gated);
    const shown = await hashOf(rig, "design/d1");
    rig.write("pager.sh", `cat; printf '{"title": "Evil"}' > ${rig.path("design/d1")}\n`);
    const anna = by("anna", { input: "y\n", env: { PAGER: "sh pager.sh" } });
    const { exitCode, screen } = await onTerminal(rig, "approve design d1", anna);
    expect(exitCode).toBe(1);
    expect(screen).toContain(`content  ${shown}`);
    expect(screen).toContain(
      "error: design/d1 was changed after it was looked at: nothing was decided. Look at it again\n",
    );
    expect(decisionFiles(rig, "design-approval")).toEqual([]);
    expect(await rig.events("decision")).toEqual([]);
  });

  test("what has gone after it was shown is not decided on", async () => {
    const rig = await makeRig(gated);
    rig.write("pager.sh", `cat; rm ${rig.path("design/d1")}\n`);
    const anna = by("anna", { input: "y\n", env: { PAGER: "sh pager.sh" } });
    const { exitCode, screen } = await onTerminal(rig, "approve design d1", anna);
    expect(exitCode).toBe(1);
    expect(screen).toContain("error: design/d1 is gone: nothing was decided\n");
  });
});
