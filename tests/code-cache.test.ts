import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { CHECKOUT, RUNA } from "./rig/programs.ts";
import { cleanEnvironment, runProgram } from "./rig/run.ts";
import { Scratch } from "./rig/scratch.ts";

const MANIFEST = join(CHECKOUT, "methodologies/review-pipeline");

/** A directory with caches of its own, and commands that use them. */
class Cached extends Scratch {
  get file(): string {
    const versions = join(this.path, "cache/runa");
    const [version = ""] = readdirSync(versions);
    const [program = ""] = readdirSync(join(versions, version));
    return join(versions, version, program, "runa-lint.core.js.cache");
  }

  /** What it was written for: the build, and each way to use the program. */
  get uses(): string[] {
    return (readFileSync(this.file, "latin1").split("\n", 1)[0] ?? "").split(" ").slice(1);
  }

  runa(...words: string[]) {
    return this.#run(words, {});
  }

  async lint(env: NodeJS.ProcessEnv = {}, ...words: string[]) {
    const { stdout, stderr, exitCode } = await this.#run(["lint", MANIFEST, ...words], env);
    expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
    return stdout;
  }

  #run(words: readonly string[], env: NodeJS.ProcessEnv) {
    return runProgram([process.execPath, RUNA, ...words], {
      directory: this.path,
      env: { ...cleanEnvironment(this.path), XDG_CACHE_HOME: join(this.path, "cache"), ...env },
    });
  }
}

test("what was compiled is kept for the next start, and grows with each new way to use the program", async () => {
  using cached = new Cached();
  const first = await cached.lint();
  expect(cached.uses).toEqual(["lint"]);
  expect(statSync(cached.file).mode & 0o777).toBe(0o600);
  const written = statSync(cached.file).ino;
  expect(await cached.lint()).toBe(first);
  expect(statSync(cached.file).ino).toBe(written);
  await cached.lint({}, "--format=json");
  expect(cached.uses).toEqual(["lint", "lint,--format"]);
  expect(await cached.lint()).toBe(first);
  expect(readdirSync(dirname(cached.file)).filter((name) => !name.endsWith(".cache"))).toEqual([]);
});

test("each command has a cache of its own; what is no command has one with all that is none", async () => {
  using cached = new Cached();
  await cached.lint();
  const caches = () => readdirSync(dirname(cached.file)).filter((name) => name.endsWith(".core.js.cache"));
  expect(caches()).toEqual(["runa-lint.core.js.cache"]);
  for (const word of ["help", "nothing", "list"]) await cached.runa(word);
  expect(caches()).toEqual(["runa-lint.core.js.cache", "runa-list.core.js.cache", "runa.core.js.cache"]);
});

test.each<[string, (bytes: Buffer) => Buffer]>([
  ["damaged", (bytes) => Buffer.from(bytes).fill(0x41, bytes.length >> 2, (bytes.length >> 2) + 1000)],
  ["cut short", (bytes) => bytes.subarray(0, bytes.length >> 1)],
  ["empty", () => Buffer.alloc(0)],
  ["of another build", (bytes) => Buffer.concat([Buffer.from("x"), bytes])],
  ["of another V8", () => Buffer.from(`${"0".repeat(16)} lint\n${"v8".repeat(1000)}`)],
])("a cache that is %s is not taken, and made anew", async (_, made) => {
  using cached = new Cached();
  const first = await cached.lint();
  const sound = readFileSync(cached.file);
  writeFileSync(cached.file, made(sound));
  expect(await cached.lint()).toBe(first);
  expect(cached.uses).toEqual(["lint"]);
  expect(readFileSync(cached.file).length).toBeGreaterThan(sound.length / 2);
});

test("a cache that others may write is not taken", async () => {
  using cached = new Cached();
  await cached.lint();
  chmodSync(cached.file, 0o666);
  await cached.lint();
  expect(statSync(cached.file).mode & 0o777).toBe(0o600);
});

test("nothing is kept where it must not be, or cannot", async () => {
  using cached = new Cached();
  await cached.lint({ NODE_DISABLE_COMPILE_CACHE: "1" });
  await cached.lint({ XDG_CACHE_HOME: "relative", HOME: undefined });
  expect(existsSync(join(cached.path, "cache"))).toBe(false);
  expect(existsSync(join(cached.path, "relative"))).toBe(false);
  mkdirSync(join(cached.path, "cache"));
  writeFileSync(join(cached.path, "cache/runa"), "in the way");
  await cached.lint();
  expect(readFileSync(join(cached.path, "cache/runa"), "utf8")).toBe("in the way");
});
