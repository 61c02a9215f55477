import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CHECKOUT } from "./rig/programs.ts";
import { runa } from "./rig/run.ts";
import { Scratch } from "./rig/scratch.ts";

describe("wrong usage", () => {
  test.each([
    [["init"], "error: init needs --methodology PATH"],
    [["state", "--jsn"], "error: state has no option --jsn — did you mean '--json'?"],
    [["state", "--nothing-like-it"], "error: state has no option --nothing-like-it"],
    [["state", "more"], "error: state takes no argument, but got 'more'"],
    [["state", "--work-unit"], "error: --work-unit ID: the value is missing"],
    [["state", "--work-unit", ""], "error: --work-unit needs an id; it is empty"],
    [
      ["run", "--json"],
      "error: --json needs --dry-run: a live execution prints for people, or with --events for programs",
    ],
    [["deliver", "design"], "error: deliver needs TYPE INSTANCE"],
    [["deliver", "design", "d1", "a.json", "b.json"], "error: deliver takes only TYPE INSTANCE [FILE]"],
    [["statee"], "error: unknown command 'statee' — did you mean 'state'?"],
    [["state", "--config", ""], "error: --config needs a file; it is empty"],
    [["scan", "--artifacts-dir="], "error: --artifacts-dir needs a directory; it is empty"],
    [["log", "--config="], "error: --config needs a file; it is empty"],
    [["init", "--methodology", ""], "error: --methodology needs a path; it is empty"],
    [["init", "--methodology", "m", "--config", ""], "error: --config needs a file; it is empty"],
    [
      ["step", "--dry-run", "--grace", "x"],
      'error: --grace takes a duration such as "500ms", "30s", "45m" or "2h", at most "596h", not \'x\'',
    ],
    [["state", "--jsn=1"], "error: state has no option --jsn — did you mean '--json'?"],
    [["scan", "--full=yes"], "error: --full takes no value"],
    [["state", "--", "--help"], "error: state takes no argument"],
    [["run", "--dry-run", "--jobs", "x"], "error: --jobs takes a whole number of at least 1, not 'x'"],
    [["deliver", "note", "n1", "file", "more"], "error: deliver takes only TYPE INSTANCE [FILE]"],
    [["help", "statee"], "error: unknown command 'statee' — did you mean 'state'?"],
    [["--config", "x.toml"], "error: the command is missing, or the value of an option before it"],
    [["--config"], "error: the command is missing, or the value of an option before it"],
    [["--bogus", "state"], "error: unknown option --bogus: the options of a command stand behind it"],
  ])("%j", async (args, line) => {
    using here = new Scratch();
    const { exitCode, stdout, stderr } = await runa(here.path, ...args);
    expect(exitCode).toBe(1);
    expect(stdout).toBe("");
    const [first, blank, ...rest] = stderr.split("\n");
    expect(first).toBe(line);
    expect(blank).toBe("");
    expect(rest.join("\n")).toMatch(/^Usage: runa /m);
  });
});

describe("help", () => {
  const COMMANDS = [
    "init",
    "scan",
    "show",
    "validate",
    "list",
    "graph",
    "state",
    "explain",
    "lint",
    "doctor",
    "step",
    "run",
    "release",
    "deliver",
    "attempts",
    "output",
    "log",
  ];

  test.each(COMMANDS)("of %s has its options, what their values are, and examples", async (command) => {
    using here = new Scratch();
    const { exitCode, stdout, stderr } = await runa(here.path, command, "--help");
    expect(exitCode).toBe(0);
    expect(stderr).toBe("");
    expect(stdout).toMatch(/\n {2}--config PATH {2,}\S/);
    expect(stdout).toMatch(new RegExp(`\nExamples:\n {2}\\S.*:\n {4}runa ${command}\\b`));
    expect(stdout.split("\n").filter((line) => line.length > 100)).toEqual([]);
    const { stdout: same } = await runa(here.path, "help", command);
    expect(same).toBe(stdout);
  });

  test("of init puts the option that must be given first", async () => {
    using here = new Scratch();
    const { stdout } = await runa(here.path, "init", "--help");
    expect(stdout).toContain(
      "\nUsage: runa init --methodology PATH [--agent NAME] [--config PATH] [--artifacts-dir DIR]\n",
    );
  });

  test("of release says what it takes beside options", async () => {
    using here = new Scratch();
    const { stdout } = await runa(here.path, "release", "--help");
    expect(stdout).toContain("\nUsage: runa release ATTEMPT [--config PATH] [--artifacts-dir DIR]\n");
  });

  test("of deliver says what may be left out", async () => {
    using here = new Scratch();
    const { stdout } = await runa(here.path, "deliver", "--help");
    expect(stdout).toContain("\nUsage: runa deliver TYPE INSTANCE [FILE] [--work-unit ID] [--json] [--config PATH]\n");
  });

  test("of doctor shows which values may be left out", async () => {
    using here = new Scratch();
    const { stdout } = await runa(here.path, "doctor", "--help");
    expect(stdout).toContain("[--mcp [PROTOCOL]] [--agent [NAME]]");
    expect(stdout).toMatch(/\n {2}--mcp \[PROTOCOL\] {2,}\S/);
  });

  test("of log shows its three forms", async () => {
    using here = new Scratch();
    const { stdout } = await runa(here.path, "log", "--help");
    expect(stdout).toContain("\nUsage: runa log [--follow] [--attempt ID]");
    expect(stdout).toMatch(/\n {7}runa log --verify \[--expect HEAD\] .*\n {7}runa log --head /);
  });

  test("of every command, and its section of the page on the command line, show each option that it has", async () => {
    using here = new Scratch();
    const help = async (...args: string[]) => (await runa(here.path, ...args, "--help")).stdout;
    const named = (text: string) => [...new Set(text.match(/--[a-z][a-z-]*/g) ?? [])].sort();
    const page = readFileSync(join(CHECKOUT, "docs/cli.md"), "utf8");
    const commands = [...(await help()).matchAll(/^ {2}([a-z]+) {2,}/gm)].map(([, command = ""]) => command);
    expect(commands).toEqual(expect.arrayContaining(COMMANDS));
    for (const command of commands) {
      const text = await help(command);
      const options = [...text.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, option = ""]) => option).sort();
      const [, usage = ""] = /^(Usage: [\s\S]*?)\n\n/m.exec(text) ?? [];
      const [, section = ""] = new RegExp(`^## ${command}\n\n\`\`\`\n([\\s\\S]*?)\`\`\``, "m").exec(page) ?? [];
      expect([command, named(usage)]).toEqual([command, options]);
      expect([command, named(section)]).toEqual([command, options]);
      expect(page).toMatch(new RegExp(`^\\| \\[\`${command}\`\\]\\(#${command}\\) \\| \\S`, "m"));
    }
  });

  test("of runa names every command", async () => {
    using here = new Scratch();
    const { exitCode, stdout } = await runa(here.path, "--help");
    expect(exitCode).toBe(0);
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^ {2}${command} +\\S`, "m"));
  });
});
