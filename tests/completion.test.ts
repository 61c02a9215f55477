import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { RUNA } from "./rig/programs.ts";
import { makeRig, type Rig, type RigOptions } from "./rig/rig.ts";
import { runa } from "./rig/run.ts";
import { Scratch } from "./rig/scratch.ts";

const named: RigOptions = {
  protocols: [
    { name: "draft", requires: ["need"], produces: ["design"] },
    { name: "draw", requires: ["need"], produces: ["picture"] },
    { name: "split", requires: ["part"], produces: ["piece"], scoped: true },
  ],
  artifacts: {
    "need/first": { title: "One" },
    "need/my own: second": { title: "Two" },
    "part/p1": { title: "P", work_unit: "check out" },
  },
};

/** What completion answers, as a shell hears it: the values, and whether paths are wanted. */
async function asked(rig: Rig, ...words: string[]): Promise<{ values: string[]; paths: string }> {
  const { exitCode, stdout, stderr } = await rig.start("__complete", "zsh", "--", ...words).ended();
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  const lines = stdout.split("\n").slice(0, -1);
  return { values: lines.slice(0, -1).map((line) => line.split("\t")[0] ?? ""), paths: lines.at(-1) ?? "" };
}

async function values(rig: Rig, ...words: string[]): Promise<string[]> {
  const { values, paths } = await asked(rig, ...words);
  expect(paths).toBe(":");
  return values;
}

describe("what may stand where the cursor is", () => {
  test("is a command, told what it is for", async () => {
    const rig = await makeRig(named);
    expect(await values(rig, "st")).toEqual(["state", "step"]);
    expect(await values(rig, "--artifacts-dir", "x", "--config=y", "st")).toEqual(["state", "step"]);
    expect(await values(rig, "help", "val")).toEqual(["validate"]);
    expect(await values(rig, "-")).toEqual(["--config", "--artifacts-dir", "--help", "--version"]);
    const { stdout } = await rig.run("__complete", "zsh", "--", "lis");
    expect(stdout).toBe("list\t\n:\n");
    const { stdout: all } = await rig.run("__complete", "zsh", "--", "");
    expect(all).toMatch(/^state\tShow what is READY, BLOCKED and WAITING, and why\.$/m);
    expect(all).toMatch(/^help\tShow what a command does\.$/m);
    expect(all).not.toContain("__complete");
  });

  test("is one of a command's options that is not there yet, or the value of one", async () => {
    const rig = await makeRig(named);
    expect(await values(rig, "step", "--dry-run", "--d")).toEqual([]);
    expect(await values(rig, "step", "--d")).toEqual(["--dry-run"]);
    expect(await values(rig, "explain", "dr")).toEqual(["draft", "draw"]);
    expect(await values(rig, "why", "dra")).toEqual(["draft", "draw"]);
    expect(await values(rig, "graph", "--format", "")).toEqual(["text", "mermaid", "dot", "svg", "json"]);
    expect(await values(rig, "graph", "--format=s")).toEqual(["--format=svg"]);
    expect(await values(rig, "log", "--kind", "attempt_")).toEqual(["attempt_started", "attempt_ended"]);
    expect(await values(rig, "log", "--since", "")).toEqual([]);
    expect(await values(rig, "init", "--agent", "co")).toEqual(["codex", "copilot"]);
    expect(await values(rig, "completion", "")).toEqual(["bash", "zsh", "fish"]);
    expect(await values(rig, "nonsense", "")).toEqual([]);
  });

  test("is a protocol, a type, or an instance of the type before it", async () => {
    const rig = await makeRig(named);
    expect(await values(rig, "attempts", "dra")).toEqual(["draft", "draw"]);
    expect(await values(rig, "step", "--dry-run", "--prompt", "s")).toEqual(["split"]);
    expect(await values(rig, "step", "--prompt", "--dr")).toEqual(["--dry-run"]);
    expect(await values(rig, "doctor", "--mcp=d")).toEqual(["--mcp=draft", "--mcp=draw"]);
    expect(await values(rig, "reopen", "dra")).toEqual(["draft", "draw"]);
    expect(await values(rig, "accept", "draft", "--note", "")).toEqual([]);
    expect(await values(rig, "run", "draft", "")).toEqual(["draw", "split"]);
    expect(await values(rig, "run", "--until", "dra")).toEqual(["draft", "draw"]);
    expect(await values(rig, "show", "p")).toEqual(["picture", "part", "piece"]);
    expect(await values(rig, "show", "--json", "need", "")).toEqual(["first", "my own: second"]);
    expect(await values(rig, "show", "need", "first", "")).toEqual([]);
    expect(await values(rig, "validate", "d")).toEqual(["design"]);
    expect(await values(rig, "deliver", "design", "")).toEqual([]);
  });

  test("is a work unit or an attempt that the store knows of", async () => {
    const rig = await makeRig({ ...named, agent: ["false"] });
    expect(await values(rig, "state", "--work-unit", "")).toEqual([]);
    await rig.run("scan");
    expect(await values(rig, "state", "--work-unit", "")).toEqual(["check out"]);
    await rig.run("step");
    const [ended] = await rig.events("attempt_ended");
    const { stdout } = await rig.run("__complete", "zsh", "--", "output", "");
    expect(stdout).toBe(`${String(ended?.attempt).slice(0, 13)}\tdraft\n:\n`);
    expect(await values(rig, "release", "")).toEqual([]);
    // What an attempt was given is one answer to when.
    for (const words of [
      ["show", "--at"],
      ["diff", "need", "first", "--from"],
    ])
      expect(await values(rig, ...words, "")).toEqual([String(ended?.attempt).slice(0, 13)]);
    expect(await values(rig, "diff", "need", "")).toEqual(["first", "my own: second"]);
  });

  test("is a path", async () => {
    const rig = await makeRig(named);
    expect(await asked(rig, "validate", "need", "x")).toEqual({ values: [], paths: ":files" });
    expect(await asked(rig, "state", "--config", "")).toEqual({ values: [], paths: ":files" });
    expect(await asked(rig, "--artifacts-dir", "")).toEqual({ values: [], paths: ":directories" });
    expect(await asked(rig, "state", "--config=x")).toEqual({ values: [], paths: ":files" });
  });

  test("is nothing, without a word, where there is no project or it cannot be read, and nothing is made", async () => {
    using scratch = new Scratch();
    const complete = (...words: string[]) => runa(scratch.path, "__complete", "bash", "--", ...words);
    const nothing = { exitCode: 0, signal: null, stdout: ":\n", stderr: "" };
    expect(await complete("show", "")).toEqual(nothing);
    mkdirSync(join(scratch.path, ".runa/store"), { recursive: true });
    writeFileSync(join(scratch.path, ".runa/config.toml"), "methodology_path = [");
    expect(await complete("show", "")).toEqual(nothing);
    writeFileSync(join(scratch.path, ".runa/config.toml"), 'methodology_path = "nowhere"');
    expect(await complete("show", "")).toEqual(nothing);
    expect(await complete("state", "--work-unit", "")).toEqual(nothing);
    writeFileSync(join(scratch.path, ".runa/store/runa.db"), "garbage");
    expect(await complete("state", "--work-unit", "")).toEqual(nothing);
    expect(await complete()).toMatchObject({ exitCode: 0, stderr: "" });
  });

  test("is of the project that the command line names", async () => {
    const rig = await makeRig(named);
    rig.write("other/need/elsewhere.json", "{}");
    expect(await values(rig, "--artifacts-dir", "other", "show", "need", "")).toEqual(["elsewhere"]);
    expect(await values(rig, "show", "--artifacts-dir", "other", "need", "")).toEqual(["elsewhere"]);
  });
});

describe("completion", () => {
  test("of a shell that there is none for is wrong usage", async () => {
    using scratch = new Scratch();
    const { exitCode, stdout, stderr } = await runa(scratch.path, "completion", "bsh");
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(/^error: there is no completion for 'bsh' — did you mean 'bash'\?\n/);
  });
});

/** Whether a shell is there; where it is not, that is told. */
function isThere(shell: string): boolean {
  const there = spawnSync(shell, ["--version"]).status === 0;
  if (!there) console.info(`completion in ${shell}: left out, ${shell} is not installed`);
  return there;
}

/** Runs a script in a shell, in a project, with `runa` on the PATH. */
async function inShell(rig: Rig, command: readonly [string, ...string[]]): Promise<string[]> {
  const bin = join(rig.directory, "bin");
  mkdirSync(bin, { recursive: true });
  symlinkSync(RUNA, join(bin, "runa"));
  const PATH = [bin, dirname(process.execPath), process.env.PATH].join(delimiter);
  const { exitCode, stdout, stderr } = await rig.launch(command, command[0], { env: { PATH } }).ended();
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  return stdout.split("\n").slice(0, -1);
}

describe("in bash", () => {
  /** Asks the script as readline would: it splits words at = and : as well. */
  const BASH = `
    source <(runa completion bash)
    source <(runa completion bash)
    try() {
      COMP_LINE=$1 COMP_POINT=\${#1}
      shift
      COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
      _runa
      printf '%s' "$(printf '<%s>' "\${COMPREPLY[@]}")" $'\\n'
    }
    try 'runa sta' runa sta
    try 'runa show need ' runa show need ''
    try 'runa show need my\\ o' runa show need 'my\\ o'
    try "runa show need 'my o" runa show need "'my o"
    try 'runa show need my\\ own:' runa show need 'my\\ own' ':'
    try 'runa graph --format=s' runa graph --format = s
    try 'runa graph --format=' runa graph --format =
    try 'runa --config=x sta' runa --config = x sta
    try 'runa validate need inputs/o' runa validate need inputs/o
    try 'runa nonsense ' runa nonsense ''
  `;

  test.runIf(isThere("bash"))("words are completed as readline has split them", async () => {
    const rig = await makeRig(named);
    rig.write("inputs/one file.json", "{}");
    expect(await inShell(rig, ["bash", "--norc", "-c", BASH])).toEqual([
      "<state>",
      "<first><my\\ own:\\ second>",
      "<my\\ own:\\ second>",
      "<my own: second>",
      "<\\ second>",
      "<svg>",
      "<text><mermaid><dot><svg><json>",
      "<state>",
      "<inputs/one file.json>",
      "<>",
    ]);
  });
});

describe("in fish", () => {
  const FISH = `
    runa completion fish | source
    for line in 'runa sta' 'runa show need ' 'runa show need my' 'runa graph --format=s' 'runa validate need inputs/o' 'runa init --methodology=inputs/o' 'runa nonsense '
      echo (complete -C $line | string split -f 1 \\t | string join ,)
    end
  `;

  test.runIf(isThere("fish"))("words are completed", async () => {
    const rig = await makeRig(named);
    rig.write("inputs/one.json", "{}");
    expect(await inShell(rig, ["fish", "--no-config", "-c", FISH])).toEqual([
      "state",
      "first,my own: second",
      "my own: second",
      "--format=svg",
      "inputs/one.json",
      "--methodology=inputs/one.json",
      "",
    ]);
  });
});

describe("in zsh", () => {
  /** zsh completes only where a person types: it is given a terminal of its own, and what it leaves on the line is told. */
  const ZSH = `
    zmodload zsh/zpty
    zpty z zsh -f -i
    zpty -w z 'PROMPT= ; RPROMPT= ; autoload -Uz compinit; compinit -u; source <(runa completion zsh); told() { print -r -- "told:<\${(j:|:)@}>" }; runa() { if [[ $1 == __complete ]]; then command runa "$@"; else told "$@"; fi }; setopt no_auto_list no_beep; print re""ady'
    zpty -r z line '*ready*'
    for typed in 'runa sta' 'runa show need my' 'runa graph --format=s' 'runa validate need inputs/o'; do
      zpty -w z "$typed"$'\\t'
      zpty -r z line '*told:<*>*'
      line=\${line##*told:<}
      print -r -- "\${line%%>*}"
    done
    zpty -d z
  `;

  test.runIf(isThere("zsh"))("words are completed", async () => {
    const rig = await makeRig(named);
    rig.write("inputs/one.json", "{}");
    expect(await inShell(rig, ["zsh", "-f", "-c", ZSH])).toEqual([
      "state",
      "show|need|my own: second",
      "graph|--format=svg",
      "validate|need|inputs/one.json",
    ]);
  });
});
