import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DeliveryResult, type OutputSession, openOutputSession } from "../engine/src/entries/session.ts";
import { executionOrder } from "../engine/src/methodology/graph.ts";
import { lintMethodology } from "../engine/src/methodology/lint/lint-methodology.ts";
import { loadMethodology, type SchemaMemory } from "../engine/src/methodology/methodology.ts";
import { readConfig } from "../engine/src/project/config.ts";
import { initProject } from "../engine/src/project/init.ts";
import { openProject, scanProject } from "../engine/src/project/project.ts";
import { serve } from "../mcp/src/server.ts";
import { parseJson, parseJsonBytes } from "../store/src/entries/json.ts";
import { loadSchemaCompiler, parseSchema } from "../store/src/entries/schema.ts";
import { type JsonSchema, readSnapshot, type SchemaHash } from "../store/src/index.ts";
import { SEED, tryAll } from "./fuzz/cases.ts";
import { HOSTILE_SCHEMAS, JUDGED } from "./fuzz/hostile-schemas.ts";
import { hostileText } from "./fuzz/hostile-text.ts";
import { EXCESSIVE_JSON, hostileJson } from "./fuzz/json-text.ts";
import { ARTIFACT, MANIFEST, PROTOCOLS, SCHEMA, writeMethodology } from "./fuzz/methodology.ts";
import { EXCESSIVE_TOML, hostileToml } from "./fuzz/toml-text.ts";
import { treeDigest } from "./fuzz/tree-digest.ts";
import { corrupted, type Data, hostileValue, record } from "./fuzz/values.ts";
import { outcomeOf } from "./fuzz/verdict.ts";
import { cleanEnvironment } from "./rig/run.ts";
import { Scratch } from "./rig/scratch.ts";

// Together 10,000. Each input is either accepted or refused with one of the product's own errors; nothing else is thrown,
// nothing takes long, and nothing is written outside the project.
const MANIFESTS = 2000;
const CONFIGS = 1500;
const SCHEMAS = 500;
const ARTIFACTS = 3500;
const INSTANCE_IDS = 500;
const DELIVERIES = 500;
const LINES = 1500;

/** Of what is said about an artifact, in characters: a name or value of megabytes is not repeated whole. */
const LONGEST_MESSAGE = 5000;

let scratch: Scratch;
let methodology: string;
let outside: string;
let untouched: string;

beforeAll(() => {
  scratch = new Scratch("runa-bad-input-");
  outside = join(scratch.path, "outside");
  mkdirSync(join(outside, "deep"), { recursive: true });
  writeFileSync(join(outside, "deep", "precious.json"), '{"title":"precious"}');
  untouched = treeDigest(outside);
  methodology = writeMethodology(join(scratch.path, "methodology"));
});

afterAll(() => {
  expect(treeDigest(outside)).toBe(untouched);
  scratch[Symbol.dispose]();
});

/** A new project beside `outside`. */
async function newProject(name: string): Promise<string> {
  const root = join(scratch.path, name);
  mkdirSync(root);
  await initProject({ workingDirectory: root, environment: {}, methodology });
  return root;
}

function sessionIn(root: string, protocol = "draft", workUnit: string | null = null): Promise<OutputSession> {
  return openOutputSession({ protocol, workUnit, workingDirectory: root, environment: cleanEnvironment(root) });
}

describe(`bad input, seed ${SEED}`, () => {
  test("manifests", async () => {
    const directory = join(scratch.path, "manifests");
    const file = writeMethodology(directory);
    const known = new Map<string, SchemaHash>();
    const memory: SchemaMemory = {
      hashOf: (fileHash) => known.get(fileHash) ?? null,
      remember: (found) => found.forEach((hash, fileHash) => void known.set(fileHash, hash)),
    };
    let loaded = 0;
    await tryAll(
      "manifest",
      MANIFESTS,
      (random) => hostileToml(MANIFEST, random),
      async (bytes) => {
        writeFileSync(file, bytes);
        const outcome = await outcomeOf(() => loadMethodology(file, memory));
        if ("refused" in outcome) return;
        loaded++;
        executionOrder(outcome.result);
        for (const { message, rule, position } of await lintMethodology(outcome.result)) {
          expect(message).not.toBe("");
          if (rule !== "stray-file") expect(position?.line).toBeGreaterThan(0);
        }
      },
    );
    expect(loaded).toBeGreaterThan(MANIFESTS / 20);
    expect(loaded).toBeLessThan(MANIFESTS / 2);
  });

  test.each(EXCESSIVE_TOML)("a manifest and a config with %s", async (_, excess) => {
    const directory = join(scratch.path, "excess");
    const file = writeMethodology(directory);
    const sound = readFileSync(file, "utf8");
    writeFileSync(file, excess(sound));
    const outcome = await outcomeOf(() => loadMethodology(file));
    if ("result" in outcome) await lintMethodology(outcome.result);
    const config = join(directory, "config.toml");
    writeFileSync(config, excess('methodology_path = "m"\n'));
    await outcomeOf(() => readConfig(config));
  });

  test("configs", async () => {
    const root = join(scratch.path, "configs");
    mkdirSync(join(root, ".runa"), { recursive: true });
    const file = join(root, ".runa", "config.toml");
    const sound: { [key: string]: Data } = {
      methodology_path: "../methodology",
      artifacts_dir: "artifacts",
      logging: { format: "json", filter: "warn,runa_mcp=debug" },
      agent: { command: ["runa-agent", "rehearse"] },
    };
    let read = 0;
    await tryAll(
      "config",
      CONFIGS,
      (random) => hostileToml(sound, random),
      async (bytes, index) => {
        writeFileSync(file, bytes);
        const outcome = await outcomeOf(() => readConfig(file));
        if ("result" in outcome) read++;
        if (index % 40 > 0) return;
        // Where the artifacts go is the operator's to say, also when it is outside; but not a test's.
        const artifacts = "result" in outcome ? (outcome.result.artifactsDir ?? "") : "";
        if (!resolve(root, artifacts).startsWith(scratch.path)) return;
        // `init` again, over it: it is refused as reading it was, or because no directory can have the name that it
        // gives the artifacts; or it leaves a config that names the methodology.
        const again = await outcomeOf(() => initProject({ workingDirectory: root, environment: {}, methodology }));
        if ("refused" in outcome) expect(again).toEqual(outcome);
        else if ("refused" in again) expect(again.refused).toMatch(/^the project could not be made in /);
        if ("refused" in again) expect(readFileSync(file).equals(bytes)).toBe(true);
        else expect((await readConfig(file)).methodologyPath).toBe(methodology);
      },
    );
    expect(read).toBeGreaterThan(CONFIGS / 20);
    expect(read).toBeLessThan(CONFIGS / 2);
  });

  test("schemas", async () => {
    const compile = await loadSchemaCompiler();
    let compiled = 0;
    await tryAll(
      "schema",
      SCHEMAS,
      (random) =>
        random.oneIn(3) ? hostileJson(SCHEMA, random) : Buffer.from(JSON.stringify(corrupted(SCHEMA, random))),
      async (bytes) => {
        const outcome = await outcomeOf(() => compile(parseSchema(bytes).schema));
        if ("refused" in outcome) return;
        compiled++;
        for (const value of [ARTIFACT, null, [], "x", { title: 5 }])
          for (const { message } of await outcome.result(value)) expect(message).not.toBe("");
      },
    );
    expect(compiled).toBeGreaterThan(SCHEMAS / 20);
    expect(compiled).toBeLessThan((SCHEMAS * 3) / 4);
  });

  test.each(HOSTILE_SCHEMAS)("a hostile schema: %s", async (_, text) => {
    const since = performance.now();
    const outcome = await outcomeOf(async () => (await loadSchemaCompiler())(parseSchema(Buffer.from(text)).schema));
    if ("result" in outcome)
      for (const value of JUDGED)
        for (const { message } of await outcome.result(value)) {
          expect(message).not.toBe("");
          expect(message.length).toBeLessThan(LONGEST_MESSAGE);
        }
    expect(performance.now() - since).toBeLessThan(15_000);
  });

  test("artifacts", async () => {
    const root = await newProject("artifacts");
    const directory = join(root, ".runa", "workspace", "request");
    mkdirSync(directory);
    const validate = await (await loadSchemaCompiler())(SCHEMA as JsonSchema);
    const expected = new Map<string, "valid" | "invalid" | "malformed">();
    await tryAll(
      "artifact",
      ARTIFACTS,
      (random) => hostileJson(ARTIFACT, random),
      async (bytes, index) => {
        const outcome = await outcomeOf(() => parseJsonBytes(bytes));
        writeFileSync(join(directory, `a${index}.json`), bytes);
        if ("refused" in outcome) {
          expected.set(`a${index}`, "malformed");
          if (nativelyRead(bytes))
            expect(outcome.refused).toMatch(/byte order mark|half a surrogate pair|twice in one object|nested over/);
          return;
        }
        expect(nativelyRead(bytes)).toBe(true);
        const { value, canonical, exact } = outcome.result;
        expect(parseJson(canonical).canonical).toBe(canonical);
        expected.set(`a${index}`, (await validate(value, exact)).length === 0 ? "valid" : "invalid");
      },
    );
    const statuses = await scannedStatuses(root);
    expect(statuses).toEqual(expected);
    for (const status of ["valid", "invalid", "malformed"] as const)
      expect([...expected.values()].filter((found) => found === status).length).toBeGreaterThan(ARTIFACTS / 20);
  });

  test.each(EXCESSIVE_JSON)("a schema and an artifact of %s", async (name, text) => {
    const root = await newProject(`excess ${name}`);
    mkdirSync(join(root, ".runa", "workspace", "request"));
    writeFileSync(join(root, ".runa", "workspace", "request", "a.json"), text());
    const since = performance.now();
    const [[, status] = ["", ""]] = await scannedStatuses(root);
    expect(["invalid", "malformed"]).toContain(status);
    const outcome = await outcomeOf(() => parseSchema(Buffer.from(text())));
    if ("result" in outcome) await outcomeOf(async () => (await loadSchemaCompiler())(outcome.result.schema));
    expect(performance.now() - since).toBeLessThan(15_000);
  });

  test("files that are too long to be read", async () => {
    const root = await newProject("long");
    const directory = join(root, ".runa", "workspace", "request");
    mkdirSync(directory);
    for (const [name, size] of [
      ["long.json", 256 * 1024 ** 2 + 1],
      ["longer.json", 3 * 1024 ** 3],
    ] as const) {
      writeFileSync(join(directory, name), "");
      truncateSync(join(directory, name), size);
    }
    const project = await openProject({ workingDirectory: root, environment: cleanEnvironment(root) });
    try {
      const { gaps } = await scanProject(project);
      expect(gaps).toEqual([{ type: "request", path: "request/longer.json", reason: "longer than 2 GiB" }]);
      const { instances } = readSnapshot(project.store, ["request"], gaps, [null]);
      expect(instances.get("request")).toMatchObject([
        { id: "long", status: "malformed", violations: [{ got: "longer than 256 MiB at line 1, column 1" }] },
      ]);
    } finally {
      project.close();
    }
    const instructions = join(scratch.path, "long methodology");
    const file = writeMethodology(instructions);
    truncateSync(join(instructions, "protocols", "draft", "PROTOCOL.md"), 64 * 1024 ** 2 + 1);
    expect(await outcomeOf(() => loadMethodology(file))).toMatchObject({
      refused: expect.stringMatching(/PROTOCOL\.md: .*: longer than 64 MiB$/),
    });
  });

  test("triggers in one another", async () => {
    const directory = join(scratch.path, "triggers");
    const file = writeMethodology(directory);
    const sound = readFileSync(file, "utf8");
    const nested = (levels: number) => {
      const [open, close] = ['{ type = "any_of", conditions = [', "] }"];
      const trigger = `${open.repeat(levels)}{ type = "on_artifact", name = "request" }${close.repeat(levels)}`;
      return sound.replace('{ type = "on_artifact", name = "request" }', trigger);
    };
    writeFileSync(file, nested(400));
    const loaded = await loadMethodology(file);
    expect(loaded.protocols.map(({ name }) => name)).toEqual(PROTOCOLS);
    const found = await lintMethodology(loaded);
    expect(found.filter((finding) => finding.file === file).map(({ rule }) => rule)).toEqual([
      "feedback-without-trigger",
    ]);
    writeFileSync(file, nested(2000));
    expect(await outcomeOf(() => loadMethodology(file))).toMatchObject({ refused: expect.stringContaining("nested") });
  });

  test("instance ids", async () => {
    const root = await newProject("ids");
    const session = await sessionIn(root);
    const delivered = new Set<string>();
    try {
      await tryAll("instance-id", INSTANCE_IDS, hostileText, async (id) => {
        const result = await session.deliver("design", id, { title: id || "x" });
        if (!isSafe(id)) expect(result.kind).toBe("refused");
        else if (result.kind === "refused") expect(result.violations).not.toEqual([]);
        else delivered.add(id);
        checkResult(result);
      });
    } finally {
      session.close();
    }
    expect(delivered.size).toBeGreaterThan(20);
    expect(new Set((await scannedStatuses(root)).keys())).toEqual(delivered);
    expect(readdirSync(join(root, ".runa", "workspace"))).toEqual(["design"]);
  });

  test("deliveries", async () => {
    const root = await newProject("deliveries");
    const session = await sessionIn(root, "watch", "checkout");
    const delivered = new Set<string>();
    try {
      await tryAll(
        "delivery",
        DELIVERIES,
        (random, index) => [`d${index}`, random.oneIn(4) ? hostileValue(random) : corrupted(ARTIFACT, random)] as const,
        async ([id, artifact]) => {
          const result = await session.deliver("report", id, artifact);
          if (result.kind !== "refused") delivered.add(id);
          checkResult(result);
        },
      );
    } finally {
      session.close();
    }
    expect(delivered.size).toBeGreaterThan(20);
    const statuses = await scannedStatuses(root);
    expect(new Set(statuses.keys())).toEqual(delivered);
    expect(new Set(statuses.values())).toEqual(new Set(["valid"]));
  });

  test("lines to the server", async () => {
    const root = await newProject("lines");
    const session = await sessionIn(root);
    const client = new LineClient(session);
    const call = record([
      ["jsonrpc", "2.0"],
      ["id", 7],
      ["method", "tools/call"],
      ["params", { name: "design", arguments: { instance_id: "a", ...ARTIFACT } }],
    ]);
    await client.answerTo(
      '{"jsonrpc":"2.0","id":"probe","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}',
    );
    await tryAll(
      "line",
      LINES,
      (random) =>
        // A line feed would end the line.
        Buffer.from(hostileJson(random.oneIn(5) ? [call, call] : call, random).filter((byte) => byte !== 10)),
      async (line) => {
        client.send(line);
        const { error } = await client.answerTo('{"jsonrpc":"2.0","id":"probe","method":"ping"}');
        expect(error).toBeUndefined();
      },
    );
    await client.end();
    session.close();
    for (const line of client.lines) expect(line).not.toMatch(/\\n\s+at |node:internal/);
    expect(client.lines.some((line) => line.includes('"status":"delivered"'))).toBe(true);
    expect(client.lines.some((line) => line.includes('"status":"refused"'))).toBe(true);
    const statuses = await scannedStatuses(root);
    expect(new Set(statuses.values())).toEqual(new Set(["valid"]));
  });
});

/** What the runtime's own, laxer parser says of a file. */
function nativelyRead(bytes: Buffer): boolean {
  try {
    // Other than runa it passes over a mark at the beginning.
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Contract section 8, and what no file name should hold on any system. */
function isSafe(id: string): boolean {
  return (
    id !== "" &&
    !id.startsWith(".") &&
    !/[/\\]|\.\.|\p{Cc}|[\u2028\u2029]/u.test(id) &&
    id.isWellFormed() &&
    Buffer.byteLength(id) <= 128
  );
}

function checkResult(result: DeliveryResult): void {
  if (result.kind === "refused") expect(result.reason).not.toBe("");
  else expect(result.contentHash).toMatch(/^sha256:[0-9a-f]{64}$/);
}

/** Scans a project; the status of each instance by its id. */
async function scannedStatuses(root: string): Promise<Map<string, string>> {
  const project = await openProject({ workingDirectory: root, environment: cleanEnvironment(root) });
  try {
    const { gaps } = await scanProject(project);
    expect(gaps).toEqual([]);
    const { instances } = readSnapshot(project.store, project.methodology.types.keys(), [], [null]);
    return new Map([...instances.values()].flat().map(({ id, status }) => [id, status]));
  } finally {
    project.close();
  }
}

interface Answer {
  readonly id?: unknown;
  readonly error?: unknown;
}

/** Speaks to a served session in lines, as they are. */
class LineClient {
  readonly lines: string[] = [];
  readonly #input = new PassThrough();
  readonly #done: Promise<void>;
  #probed: ((answer: Answer) => void) | undefined;

  constructor(session: OutputSession) {
    const output = new PassThrough();
    this.#done = serve(session, { input: this.#input, output, version: "0" }).done;
    let rest = "";
    output.setEncoding("utf8").on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#receive(line);
    });
  }

  #receive(line: string): void {
    this.lines.push(line);
    const answer = JSON.parse(line) as Answer;
    if (answer.id === "probe") this.#probed?.(answer);
  }

  send(line: Uint8Array): void {
    this.#input.write(line);
    this.#input.write("\n");
  }

  /** Sends the probe, whose answer says that everything before it was read. */
  answerTo(probe: string): Promise<Answer> {
    const answered = new Promise<Answer>((resolve) => {
      this.#probed = resolve;
    });
    this.#input.write(`${probe}\n`);
    return answered;
  }

  end(): Promise<void> {
    this.#input.end();
    return this.#done;
  }
}
