import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { schemaProblems } from "./rig/envelope.ts";
import { CHECKOUT } from "./rig/programs.ts";
import { makeRig, type Rig, type RigOptions } from "./rig/rig.ts";

const LOCK = '[history]\nlockfile = "runa.lock"';

/** An agent that writes `title` into an artifact of its protocol's output. */
const write = (title: string, code = 0) => [
  "sh",
  "-c",
  `type=$(cat); case "$type" in *design*code*) type=code ;; *) type=design ;; esac
   mkdir -p .runa/workspace/$type && printf '{"title":"%s"}' '${title}' > .runa/workspace/$type/$type.json; exit ${code}`,
];

const PROTOCOLS = [
  { name: "draft", requires: ["requirements"], produces: ["design"], instructions: "Deliver one plan." },
  { name: "build", requires: ["design"], produces: ["code"], instructions: "Deliver." },
];

function project(options: Partial<RigOptions> = {}): Promise<Rig> {
  return makeRig({
    protocols: PROTOCOLS,
    artifacts: { "requirements/r1": { title: "Fast" } },
    agent: write("made"),
    config: LOCK,
    ...options,
  });
}

function git(directory: string, ...args: string[]): string {
  const identity = ["-c", "user.name=n", "-c", "user.email=n@example.org", "-c", "init.defaultBranch=main"];
  return execFileSync("git", [...identity, "-C", directory, ...args], { encoding: "utf8", stdio: "pipe" });
}

const IGNORED = "/store\n/state.toml\n";

/** Puts the project under version control, with a clone beside it in `clone`. */
function cloned(rig: Rig): string {
  rig.write(".runa/.gitignore", IGNORED);
  git(rig.project, "init", "-q");
  commit(rig.project);
  const clone = join(rig.directory, "clone");
  git(rig.directory, "clone", "-q", rig.project, clone);
  return clone;
}

function commit(directory: string): void {
  git(directory, "add", "-A");
  git(directory, "commit", "-q", "-m", "as it is");
}

const clone = { directory: "../clone" };

async function statuses(rig: Rig, options: { directory?: string } = {}): Promise<Record<string, string>> {
  const { json, stderr } = await rig.run("state", "--json", options);
  expect(stderr).toBe("");
  return Object.fromEntries(json?.protocols.map(({ name, status }) => [name, status]) ?? []);
}

const lines = (text: string) => text.trimEnd().split("\n");
const parsed = (text: string) => lines(text).map((line) => JSON.parse(line));

describe("a lock file", () => {
  test("holds one sorted line for each output, with the attempt and what it was made from", async () => {
    const rig = await project();
    expect((await rig.run("run")).exitCode).toBe(0);
    const text = rig.read("runa.lock");
    const [header, ...outputs] = parsed(text);
    expect(header).toEqual({ runa_lock: 1 });
    const hash = expect.stringMatching(/^sha256:[0-9a-f]{64}$/);
    const [draft, build] = (await rig.events("attempt_ended")).map(({ attempt }) => attempt);
    const made = { content: hash, instructions: hash, schema: hash, fingerprint: hash };
    expect(outputs).toEqual([
      { output: "code/code", protocol: "build", attempt: build, ...made, inputs: { design: hash } },
      { output: "design/design", protocol: "draft", attempt: draft, ...made, inputs: { requirements: hash } },
    ]);
    expect(lines(text).slice(1).toSorted()).toEqual(lines(text).slice(1));
    for (const output of outputs) expect(await schemaProblems("lock-line", output)).toEqual([]);
    // What is as it was is not written again.
    const before = execFileSync("stat", ["-c", "%i %z", join(rig.project, "runa.lock")], { encoding: "utf8" });
    await rig.run("run");
    await rig.run("scan");
    expect(execFileSync("stat", ["-c", "%i %z", join(rig.project, "runa.lock")], { encoding: "utf8" })).toBe(before);
  });

  test("loses the line of what is gone, and gets what is lacking by `scan`", async () => {
    const rig = await project();
    await rig.run("run");
    const whole = rig.read("runa.lock");
    rig.remove("runa.lock");
    expect(await rig.run("scan")).toMatchObject({ exitCode: 0, stderr: "" });
    expect(rig.read("runa.lock")).toBe(whole);
    rig.remove(rig.path("code/code"));
    await rig.run("scan");
    expect(parsed(rig.read("runa.lock")).map(({ output }) => output)).toEqual([undefined, "design/design"]);
  });

  test("is not there without the key, and not before there is something to say", async () => {
    const rig = await project({ config: "" });
    await rig.run("run");
    expect(rig.exists("runa.lock")).toBe(false);
    const other = await project({ agent: ["false"] });
    await other.run("run");
    expect(other.exists("runa.lock")).toBe(false);
  });

  test("is written by two runs at once with the lines of both", async () => {
    const rig = await makeRig({
      protocols: ["left", "right"].map((side) => ({ name: side, requires: ["task"], produces: [`${side}-hand`] })),
      artifacts: { "task/t": { title: "Carry" } },
      config: LOCK,
    });
    const runs = [rig.start("run"), rig.start("run")];
    const agents = [await rig.nextAttempt(), await rig.nextAttempt()];
    for (const agent of agents) await agent.deliver(`${agent.protocol}-hand`, "h", { title: "Carried" });
    for (const agent of agents) void agent.exit(0);
    for (const run of runs) expect((await run.ended()).exitCode).toBe(0);
    const found = parsed(rig.read("runa.lock")).map(({ output, protocol }) => [output, protocol]);
    expect(found.slice(1)).toEqual([
      ["left-hand/h", "left"],
      ["right-hand/h", "right"],
    ]);
  });
});

describe("a clone with a lock file", () => {
  test("says what the original says, and a changed input reopens there as well", async () => {
    const rig = await project();
    await rig.run("run");
    const directory = cloned(rig);
    expect(git(rig.project, "ls-files")).not.toContain("store");
    // Before runa has ever looked there.
    writeFileSync(join(directory, rig.path("requirements/r1")), '{"title":"Faster"}');
    expect(await statuses(rig, clone)).toEqual({ draft: "ready", build: "waiting" });
    git(directory, "checkout", "-q", ".");
    expect(await statuses(rig, clone)).toEqual({ draft: "waiting", build: "waiting" });
    expect((await rig.run("doctor", clone)).exitCode).toBe(0);
    expect((await rig.run("run", clone)).stdout).toContain("nothing to do, everything is current");
    expect(git(directory, "status", "--porcelain")).toBe("");
  });

  test("goes on there, and what it did is known after a pull", async () => {
    const rig = await project();
    await rig.run("run");
    const directory = cloned(rig);
    const before = parsed(rig.read("runa.lock"));
    writeFileSync(join(directory, rig.path("requirements/r1")), '{"title":"Faster"}');
    writeFileSync(
      join(directory, ".runa/config.toml"),
      readFileSync(join(directory, ".runa/config.toml"), "utf8").replace("made", "made again"),
    );
    expect((await rig.run("run", clone)).exitCode).toBe(0);
    const after = parsed(readFileSync(join(directory, "runa.lock"), "utf8"));
    expect(after.map(({ output }) => output)).toEqual(before.map(({ output }) => output));
    expect(after.map(({ attempt }) => attempt)).not.toEqual(before.map(({ attempt }) => attempt));
    commit(directory);
    git(rig.project, "pull", "-q", directory, "HEAD");
    expect(await statuses(rig)).toEqual({ draft: "waiting", build: "waiting" });
    expect((await rig.run("run")).stdout).toContain("nothing to do, everything is current");
    // Another branch, with what was made there, is as current as it was.
    git(rig.project, "checkout", "-q", "HEAD~1");
    expect(await statuses(rig)).toEqual({ draft: "waiting", build: "waiting" });
    rig.artifact("requirements/r1", { title: "Fastest" });
    expect(await statuses(rig)).toEqual({ draft: "ready", build: "waiting" });
  });

  test("supersedes what the original made, as the original would", async () => {
    const rig = await project({ protocols: [{ name: "draft", requires: ["requirements"], produces: ["design"] }] });
    await rig.run("run");
    const directory = cloned(rig);
    writeFileSync(join(directory, rig.path("requirements/r1")), '{"title":"Faster"}');
    writeFileSync(
      join(directory, ".runa/config.toml"),
      readFileSync(join(directory, ".runa/config.toml"), "utf8").replace("$type.json", "other.json"),
    );
    expect((await rig.run("run", clone)).stderr).toContain("superseded design/design");
    expect(parsed(readFileSync(join(directory, "runa.lock"), "utf8")).map(({ output }) => output)).toEqual([
      undefined,
      "design/other",
    ]);
  });

  test("knows that what lies there was left by an attempt that failed", async () => {
    const rig = await project({ agent: write("made", 1) });
    expect((await rig.run("run")).exitCode).toBe(2);
    expect(await statuses(rig)).toEqual({ draft: "ready", build: "ready" });
    cloned(rig);
    expect(await statuses(rig, clone)).toEqual(await statuses(rig));
    const [, line] = parsed(rig.read("runa.lock"));
    expect(line).toMatchObject({ output: "code/code", protocol: "build", failed: { outcome: "exited" } });
    expect(await schemaProblems("lock-line", line)).toEqual([]);
  });

  test("knows what a person reopened, and what a person accepted", async () => {
    const rig = await project({ agent: write("made", 1) });
    await rig.run("run");
    expect((await rig.run("accept", "draft", "--note", "good as it is")).exitCode).toBe(0);
    const directory = cloned(rig);
    expect(await statuses(rig)).toEqual({ draft: "waiting", build: "ready" });
    expect(await statuses(rig, clone)).toEqual(await statuses(rig));
    expect((await rig.run("reopen", "draft")).exitCode).toBe(0);
    expect(parsed(rig.read("runa.lock")).at(-1)).toMatchObject({ output: "design/design", open: "reopened" });
    expect(await schemaProblems("lock-line", parsed(rig.read("runa.lock")).at(-1))).toEqual([]);
    commit(rig.project);
    git(directory, "pull", "-q");
    expect(await statuses(rig, clone)).toEqual({ draft: "ready", build: "ready" });
  });

  test("takes line ends as a checkout makes them", async () => {
    const rig = await project();
    await rig.run("run");
    cloned(rig);
    const text = rig.read("runa.lock").replaceAll("\n", "\r\n");
    writeFileSync(join(rig.directory, "clone/runa.lock"), text);
    expect(await statuses(rig, clone)).toEqual({ draft: "waiting", build: "waiting" });
    expect((await rig.run("scan", clone)).stderr).toBe("");
    expect(readFileSync(join(rig.directory, "clone/runa.lock"), "utf8")).toBe(text);
  });
});

describe("without a lock file", () => {
  test("a clone says that it goes by age, and the original does not", async () => {
    const rig = await project({ config: "" });
    expect((await rig.run("init", "--methodology", "../methodology")).exitCode).toBe(0);
    await rig.run("run");
    cloned(rig);
    const told =
      /^By age: nothing here tells what the outputs of draft, build were made from, so they count as current until an input changes here; a lockfile in \[history\] of the config would tell\.$/m;
    for (const command of ["state", "doctor"]) {
      const there = await rig.run(command, clone);
      expect(there).toMatchObject({ exitCode: 0, stderr: "" });
      expect(there.stdout.replace(/^ *note +/m, "")).toMatch(told);
      expect((await rig.run(command)).stdout).not.toContain("By age");
    }
    const { stdout } = await rig.run("doctor", "--json", clone);
    expect(JSON.parse(stdout).by_age).toEqual([{ protocol: "draft" }, { protocol: "build" }]);
  });
});

describe("a line", () => {
  test("is not believed where the store has a record", async () => {
    const rig = await project();
    await rig.run("run");
    const forged = rig.read("runa.lock").replaceAll(/"inputs":\{[^}]*\}/g, '"inputs":{}');
    rig.write("runa.lock", forged);
    expect(await statuses(rig)).toEqual({ draft: "waiting", build: "waiting" });
    rig.artifact("requirements/r1", { title: "Faster" });
    rig.write("runa.lock", rig.read("runa.lock").replaceAll(/"attempt":"[0-9a-f]{8}/g, '"attempt":"00000000'));
    expect(await statuses(rig)).toEqual({ draft: "ready", build: "waiting" });
  });

  test("of one candidate that contradicts another leaves it to be done again", async () => {
    const rig = await project({ protocols: [{ name: "draft", requires: ["requirements"], produces: ["design"] }] });
    await rig.run("run");
    const directory = cloned(rig);
    const [header, line = ""] = lines(rig.read("runa.lock"));
    const other = line
      .replace("design/design", "design/other")
      .replace(/"attempt":"[0-9a-f]{8}/, '"attempt":"00000000');
    writeFileSync(join(directory, "runa.lock"), `${[header, line, other].join("\n")}\n`);
    writeFileSync(join(directory, rig.path("design/other")), '{"title":"made"}');
    expect(await statuses(rig, clone)).toEqual({ draft: "ready" });
  });
});

/** What can lie in the place of a lock file, and what is said of it. */
const WRONG: readonly [what: string, put: (rig: Rig, good: string) => void, said: RegExp][] = [
  [
    "conflict markers",
    (rig, good) => {
      const [header, first, second] = lines(good);
      rig.write("runa.lock", [header, "<<<<<<< HEAD", first, "=======", second, ">>>>>>> b", ""].join("\n"));
    },
    /runa\.lock:2.* {2}a merge left its markers in lines 2 to 6: keep of each output the line that goes with the files you kept, or delete these lines, and `runa scan` writes what is known here/,
  ],
  [
    "a newer version",
    (rig, good) => rig.write("runa.lock", good.replace('"runa_lock":1', '"runa_lock":2')),
    /runa\.lock:1.* {2}the lock file has version 2, and this runa reads version 1: use a newer runa/,
  ],
  [
    "another file",
    (rig) => rig.write("runa.lock", "[[package]]\n"),
    /runa\.lock:1.* {2}this is no lock file of runa, and is not overwritten: delete it, or name another lockfile in the config/,
  ],
  [
    "half a line",
    (rig, good) => rig.write("runa.lock", good.slice(0, -40)),
    /runa\.lock:3.* {2}this line of the lock file cannot be used, it is no JSON: delete it, or the whole file, and `runa scan` writes what is known here/,
  ],
  [
    "a name that leads elsewhere",
    (rig, good) => rig.write("runa.lock", good.replace("design/design", "design/../../etc")),
    /runa\.lock:3.*'output' names no artifact: "design\/\.\.\/\.\.\/etc"/,
  ],
  [
    "a name that a terminal would obey",
    (rig, good) => rig.write("runa.lock", good.replace("design/design", "\\u001b[2J\\u202e")),
    /runa\.lock:3.*'output' names no artifact: "\\u001b\[2J\\u\{202e\}"/,
  ],
  [
    "an output twice",
    (rig, good) => rig.write("runa.lock", `${good}${lines(good)[1]}\n`),
    /runa\.lock:4.* {2}this line of the lock file cannot be used, line 2 tells of the same output already/,
  ],
  [
    "bytes that are no UTF-8",
    (rig, good) => {
      const [before = "", after = ""] = good.split("design/design");
      writeFileSync(
        join(rig.project, "runa.lock"),
        Buffer.concat([Buffer.from(`${before}design/`), Buffer.of(0xff), Buffer.from(after)]),
      );
    },
    /runa\.lock:3.*it is not valid UTF-8/,
  ],
  [
    "a symbolic link",
    (rig, good) => {
      rig.write("../elsewhere.lock", good);
      rig.remove("runa.lock");
      symlinkSync("../elsewhere.lock", join(rig.project, "runa.lock"));
    },
    /runa\.lock {2}the lock file cannot be used: it is a symbolic link, which is not followed: put the file itself here/,
  ],
  [
    "a directory",
    (rig) => {
      rig.remove("runa.lock");
      mkdirSync(join(rig.project, "runa.lock"));
    },
    /runa\.lock {2}the lock file cannot be used: it is no regular file/,
  ],
  [
    "a file without end",
    (rig) => truncateSync(join(rig.project, "runa.lock"), 200 * 1024 * 1024),
    /runa\.lock {2}the lock file cannot be used: it is longer than 128 MiB: delete it, and `runa scan` writes it anew/,
  ],
];

describe("a lock file that cannot be used", () => {
  test.each(WRONG)("%s: is told, and nothing is executed or overwritten", async (_, put, said) => {
    const rig = await project();
    await rig.run("run");
    put(rig, rig.read("runa.lock"));
    const look = await rig.run("state");
    expect(look).toMatchObject({ exitCode: 0 });
    expect(look.stderr).toMatch(new RegExp(`^warning: ${said.source}`, "m"));
    expect(look.stdout).toContain("outputs are current");
    const doctor = await rig.run("doctor");
    expect(doctor).toMatchObject({ exitCode: 1, stderr: "" });
    expect(doctor.stdout).toMatch(said);
    expect((await rig.run("doctor", "--json")).exitCode).toBe(1);
    rig.artifact("requirements/r1", { title: "Faster" });
    for (const command of ["run", "step"]) {
      const { exitCode, stderr } = await rig.run(command);
      expect({ command, exitCode }).toEqual({ command, exitCode: 1 });
      expect(stderr).toMatch(new RegExp(`^error: ${said.source}`, "m"));
    }
    expect(await rig.events("attempt_ended")).toHaveLength(2);
    // What it says to do helps.
    rmSync(join(rig.project, "runa.lock"), { recursive: true });
    expect(await rig.run("run")).toMatchObject({ exitCode: 0 });
    expect(parsed(rig.read("runa.lock"))).toHaveLength(3);
  });

  test("broken while a run goes on: is told with its place, and the run goes on", async () => {
    const rig = await makeRig({
      protocols: [{ name: "draft", requires: ["requirements"], produces: ["design"] }],
      artifacts: { "requirements/r1": { title: "Fast" } },
      config: LOCK,
    });
    const run = rig.start("run");
    const agent = await rig.nextAttempt();
    const broken = '{"runa_lock":1}\n<<<<<<< HEAD\n';
    rig.write("runa.lock", broken);
    await agent.deliver("design", "d1", { title: "A design" });
    await agent.exit(0);
    const { exitCode, stderr } = await run.ended();
    expect(exitCode).toBe(0);
    expect(stderr.match(/^warning: runa\.lock:2: a merge left its markers in line 2: .*$/gm)).toHaveLength(1);
    expect(rig.read("runa.lock")).toBe(broken);
  });

  test("a link on the way out of the project: is not written through", async () => {
    const rig = await project({ config: '[history]\nlockfile = "locks/runa.lock"' });
    const outside = join(rig.directory, "outside");
    mkdirSync(outside);
    symlinkSync(outside, join(rig.project, "locks"));
    const { exitCode, stderr } = await rig.run("run");
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("out of the project") });
    renameSync(join(rig.project, "locks"), join(rig.directory, "link"));
    mkdirSync(join(rig.project, "locks"));
    expect((await rig.run("run")).exitCode).toBe(0);
    expect(rig.exists("locks/runa.lock")).toBe(true);
  });

  test.each([
    ["../runa.lock", "must lie inside the project"],
    ["/tmp/runa.lock", "must lie inside the project"],
    ["a/../../runa.lock", "must lie inside the project"],
    [".", "must be a file"],
    [".runa/store/runa.lock", "must not lie in the store"],
  ])("a config that names %s is refused with its place", async (path, said) => {
    const rig = await project({ config: `[history]\nlockfile = "${path}"` });
    const { exitCode, stderr } = await rig.run("state");
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`error: .runa/config.toml:3:12  'lockfile' ${said}`);
  });
});

describe("a lock file that cannot be written", () => {
  const FAULT = join(CHECKOUT, "tests/rig/fault.cjs");

  /** Strikes each point at which `scan` changes anything; how it ended, and the file that lay there then. */
  async function strikeScan(how: "kill" | "fail") {
    const rig = await project();
    await rig.run("run");
    const whole = rig.read("runa.lock");
    rig.artifact("requirements/r1", { title: "Faster" });
    const old = whole.replace(/\n.*code\/code.*\n/, "\n");
    const log = join(rig.directory, "points");
    const ends: { readonly point: string; readonly exitCode: number | null; readonly stderr: string }[] = [];
    for (let at = 0; ; at++) {
      rig.write("runa.lock", old);
      rmSync(log, { force: true });
      const env = {
        NODE_OPTIONS: `--require ${FAULT}`,
        RIG_FAULT: JSON.stringify({ program: "runa.js", at, how, log }),
      };
      const { exitCode, stderr } = await rig.run("scan", { env });
      const points = readFileSync(log, "utf8").trimEnd().split("\n");
      const struck = points.find((point) => point.startsWith(`${how} at`));
      const left = rig.read("runa.lock");
      expect([old, whole], `${struck} (${at})\n${stderr}`).toContain(left);
      expect((await rig.run("scan")).exitCode).toBe(0);
      expect(rig.read("runa.lock")).toBe(whole);
      const litter = execFileSync("ls", ["-A", rig.project], { encoding: "utf8" });
      expect(litter, struck).not.toContain(".tmp");
      if (struck === undefined) return ends;
      ends.push({ point: struck, exitCode, stderr });
    }
  }

  test("is whole, old or new, wherever its writer is killed", { timeout: 240_000 }, async () => {
    const points = (await strikeScan("kill")).map(({ point }) => point);
    expect(points).toEqual(
      expect.arrayContaining(["kill at writeFileSync", "kill at renameSync", "kill at fsyncSync"]),
    );
  });

  test("is told of, and costs nothing that was done", { timeout: 240_000 }, async () => {
    const ends = await strikeScan("fail");
    const full = ends.filter(({ stderr }) => stderr.includes("runa.lock could not be written"));
    expect(full.map(({ point }) => point)).toEqual(
      expect.arrayContaining(["fail at writeFileSync", "fail at renameSync"]),
    );
    for (const { exitCode } of full) expect(exitCode).toBe(0);
  });
});
