import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Bench, runs } from "./bench.ts";

const bench = new Bench();
beforeAll(async () => {
  await bench.prepare();
  bench.install("claude");
  bench.install("gemini");
});
afterAll(() => bench.dispose());

const CLIS = [
  ["claude-code", "claude", "@anthropic-ai/claude-code"],
  ["codex", "codex", "@openai/codex"],
  ["gemini", "gemini", "@google/gemini-cli"],
  ["qwen", "qwen", "@qwen-code/qwen-code"],
  ["opencode", "opencode", "opencode-ai"],
  ["copilot", "copilot", "@github/copilot"],
] as const;

describe("what is not there", () => {
  test.each(CLIS)("%s is not installed: 127 and how to install it", async (name, executable, from) => {
    bench.uninstall(executable);
    const ended = await bench.run([name]);
    expect(ended.stderr).toBe(`error: ${executable} is not installed: npm install -g ${from}\n`);
    expect(ended.stdout).toBe("");
    expect(ended.code).toBe(127);
    if (executable === "claude" || executable === "gemini") bench.install(executable);
  });

  test("without RUNA_MCP_CONFIG nothing is started", async () => {
    const { stderr, code, note } = await bench.run(["claude-code"], { env: { RUNA_MCP_CONFIG: undefined } });
    expect(stderr).toBe(
      'error: RUNA_MCP_CONFIG is not set. runa-agent is meant to be started by runa: put command = ["runa-agent", "claude-code"] under [agent] in .runa/config.toml, then `runa run`\n',
    );
    expect({ code, note }).toEqual({ code: 1, note: undefined });
  });

  test("what belongs after -- is not taken before it", async () => {
    const { stderr, code, note } = await bench.run(["claude-code", "opus", "--", "x"]);
    expect(stderr.split("\n")[0]).toBe('error: "opus" has to come after --, to be given to claude');
    expect({ code, note }).toEqual({ code: 1, note: undefined });
  });
});

describe("what passes through", () => {
  test.each([{ piped: true }, { piped: false }])("the prompt on stdin, whole ($piped)", async ({ piped }) => {
    const prompt = `# draft\n${"ünïcode ".repeat(40_000)}`;
    const { note } = await bench.run(["claude-code"], { prompt, piped });
    expect(note?.stdin === prompt).toBe(true);
  });

  test("a CLI that never reads stdin ends as it likes", async () => {
    const { code } = await bench.run(["claude-code"], { plan: { skipStdin: true }, prompt: "x".repeat(300_000) });
    expect(code).toBe(0);
  });

  test("stderr, and what is no event on stdout", async () => {
    const plan = { print: ["hello", "{ not json", "[1]", "  {}"], complain: "careful\n" };
    const { stdout, stderr } = await bench.run(["claude-code"], { plan });
    expect(stdout).toBe("hello\n{ not json\n[1]\n  {}\n");
    expect(stderr).toBe("careful\n");
  });

  test("the exit code", async () => {
    expect(await bench.run(["claude-code"], { plan: { exit: 42 } })).toMatchObject({ code: 42, signal: null });
  });

  test("the signal that ended it, as a shell tells it", async () => {
    expect(await bench.run(["claude-code"], { plan: { kill: "SIGKILL" } })).toMatchObject({ code: 137, signal: null });
  });
});

describe("signals", () => {
  test.each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
    ["SIGHUP", 129],
  ] as const)("%s is passed on, and answered with %i", async (signal, code) => {
    const ended = await bench.run(["gemini"], {
      plan: { print: ["ready"], wait: true },
      meanwhile: (child, stdout) => stdout === "ready\n" && child.kill(signal),
    });
    expect(ended).toMatchObject({ code, signal: null });
    expect(existsSync(ended.note?.added.GEMINI_CLI_HOME ?? "")).toBe(false);
  });

  test.each([
    [0, 143],
    [3, 3],
  ])("a CLI that takes its leave with %i", async (exitOnSignal, code) => {
    const ended = await bench.run(["gemini"], {
      plan: { print: ["ready"], wait: true, survive: ["SIGTERM"], exitOnSignal },
      meanwhile: (child, stdout) => stdout === "ready\n" && child.kill("SIGTERM"),
    });
    expect(ended).toMatchObject({ code, stdout: "ready\ngot SIGTERM\n" });
    expect(existsSync(ended.note?.added.GEMINI_CLI_HOME ?? "")).toBe(false);
  });

  test.each(["SIGTERM", "SIGINT"] as const)("%s reaches what a CLI has launched", async (signal) => {
    const ended = await bench.run(["gemini"], {
      plan: { print: ["ready"], wait: true, launcher: true },
      meanwhile: (child, stdout) => stdout === "ready\n" && child.kill(signal),
    });
    expect(ended.code).toBeGreaterThan(0);
    expect(runs(ended.note?.pid)).toBe(false);
    expect(readdirSync(bench.temporary)).toEqual([]);
  });

  test("a CLI that does not end is waited for", async () => {
    const ended = await bench.run(["claude-code"], {
      plan: { print: ["ready"], wait: true, survive: ["SIGTERM"] },
      meanwhile: (child, stdout) => {
        if (stdout === "ready\n") child.kill("SIGTERM");
        if (stdout === "ready\ngot SIGTERM\n") child.kill("SIGINT");
      },
    });
    expect(ended).toMatchObject({ code: 130, stdout: "ready\ngot SIGTERM\n" });
  });
});

describe("what is left behind", () => {
  test("nothing, also after a failure", async () => {
    const { note } = await bench.run(["gemini"], { plan: { exit: 1 } });
    expect(existsSync(note?.added.GEMINI_CLI_HOME ?? "")).toBe(false);
    expect(readdirSync(bench.temporary)).toEqual([]);
  });

  test("what a killed adapter leaves is removed by the next one", async () => {
    let home = "";
    let pid = 0;
    const killed = await bench.run(["gemini"], {
      plan: { print: ["ready"], wait: true },
      meanwhile: (child, stdout) => {
        if (stdout !== "ready\n") return;
        const note = JSON.parse(readFileSync(noteOf(), "utf8"));
        home = note.env.GEMINI_CLI_HOME;
        pid = note.pid;
        child.kill("SIGKILL");
        process.kill(pid, "SIGKILL");
      },
    });
    expect(killed.signal).toBe("SIGKILL");
    expect(existsSync(home)).toBe(true);

    await bench.run(["claude-code"]);
    expect(existsSync(home)).toBe(false);
  });

  test("what belongs to the living, to others, or is something else stays", async () => {
    const namespace = "/proc/self/ns/pid";
    const space = existsSync(namespace) ? /\d+/.exec(readlinkSync(namespace))?.[0] : "0";
    const dead = 2 ** 22 + 1;
    const target = join(bench.root, "target");
    mkdirSync(target);
    writeFileSync(join(target, "kept"), "");
    const stays = [`runa-agent-${space}-${process.pid}-abcdef`, `runa-agent-1-${dead}-abcdef`, "runa-agent-abcdef"];
    for (const name of stays) mkdirSync(join(bench.temporary, name));
    const link = `runa-agent-${space}-${dead}-link00`;
    symlinkSync(target, join(bench.temporary, link));
    const goes = `runa-agent-${space}-${dead}-abcdef`;
    mkdirSync(join(bench.temporary, goes));
    symlinkSync(target, join(bench.temporary, goes, "inside"));

    await bench.run(["claude-code"]);

    expect(readdirSync(bench.temporary).sort()).toEqual([...stays, link].sort());
    expect(readdirSync(target)).toEqual(["kept"]);
  });
});

/** The newest note of the stand-in's. */
function noteOf(): string {
  const notes = readdirSync(bench.root).filter((name) => name.startsWith("note-"));
  const [newest = ""] = notes.sort((a, b) => Number(b.slice(5)) - Number(a.slice(5)));
  return join(bench.root, newest);
}
