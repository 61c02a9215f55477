import { type BigIntStats, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { keepMethodology, keptMethodology, openStore, type Store } from "@runa/store";
import fc from "fast-check";
import { stringify } from "smol-toml";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { type Diagnostic, DiagnosticsError } from "../src/diagnostic.ts";
import { holdTexts, projectMethodology } from "../src/methodology/kept.ts";
import { lintMethodology } from "../src/methodology/lint/lint-methodology.ts";
import type { ProtocolDeclaration } from "../src/methodology/manifest.ts";
import { loadMethodology, type Methodology } from "../src/methodology/methodology.ts";
import type { Trigger } from "../src/methodology/trigger.ts";
import { Disk } from "./support/disk.ts";
import { HEAD, layOut, MEMORY, P, USE_B } from "./support/manifest.ts";
import { methodologies } from "./support/worlds.ts";

// A clock that a test can make stand still: then every file looks as if it had been written in one granule.
const clock = vi.hoisted(() => ({ stands: false }));

vi.mock(import("node:fs"), async (original) => {
  const fs = await original();
  const stamped = (stats: BigIntStats | undefined) => {
    if (clock.stands && stats !== undefined) {
      stats.mtimeNs = 1n;
      stats.ctimeNs = 1n;
    }
    return stats;
  };
  const statSync = ((path: string, options: { bigint: true }) => stamped(fs.statSync(path, options))) as never;
  const fstatSync = ((fd: number, options: { bigint: true }) => stamped(fs.fstatSync(fd, options))) as never;
  return { ...fs, statSync, fstatSync };
});

beforeEach(() => {
  clock.stands = false;
});

/** A methodology and a store on one disk. */
class Kept extends Disk {
  readonly file: string;
  readonly store: Store;

  constructor(manifest: string = HEAD + P + USE_B) {
    super();
    this.file = layOut(this, manifest);
    this.store = openStore(this.at("store"));
    this.waitForTick();
  }

  /** Returns when the clock that stamps files has moved on since the last of them was written. */
  waitForTick(): void {
    const stamp = () => {
      writeFileSync(this.at("stamp"), "");
      return statSync(this.at("stamp"), { bigint: true }).mtimeNs;
    };
    const first = stamp();
    while (stamp() === first);
  }

  load(store: Store = this.store): Promise<Methodology> {
    return projectMethodology(store, this.file);
  }

  /**
   * Gives what is kept another name, as somebody does who knows how it is sealed: whoever takes it from the store is told
   * apart from who reads the files.
   */
  forge(): void {
    const version = this.store.connection.database.prepare("SELECT version FROM methodology").pluck().get() as string;
    const kept = keptMethodology(this.store, this.file, version);
    if (kept === null) throw new Error("nothing is kept");
    const content = kept.content.replace('"name":"m"', '"name":"kept"');
    keepMethodology(this.store, this.file, version, { ...kept, content });
  }

  /** The same as it is done by hand. */
  edit(): void {
    this.store.connection.database.exec(
      `UPDATE methodology SET content = replace(content, '"name":"m"', '"name":"kept"')`,
    );
  }

  get rows(): number {
    return this.store.connection.database.prepare("SELECT count(*) FROM methodology").pluck().get() as number;
  }

  override [Symbol.dispose](): void {
    this.store.close();
    super[Symbol.dispose]();
  }
}

/** A methodology with everything that can be asked of it. */
function plain({ name, file, manifestHash, sourcesHash, types, protocols, document, findings }: Methodology) {
  return {
    ...{ name, file, manifestHash, sourcesHash, document, findings },
    types: Array.from(types, ([key, { name, hash, fileHash, schema }]) => ({ key, name, hash, fileHash, schema })),
    protocols: protocols.map((protocol) => ({
      name: protocol.name,
      requires: protocol.requires,
      accepts: protocol.accepts,
      produces: protocol.produces,
      mayProduce: protocol.mayProduce,
      choices: protocol.choices,
      scoped: protocol.scoped,
      trigger: protocol.trigger,
      instructions: protocol.instructions,
      instructionsHash: protocol.instructionsHash,
      fingerprint: protocol.fingerprint,
    })),
  };
}

/** The manifest that declares these, with one thing in it that is worth a finding. */
function manifestOf(types: readonly string[], protocols: readonly ProtocolDeclaration[]): string {
  const written = (trigger: Trigger): object =>
    "name" in trigger ? { ...trigger } : { type: trigger.type, conditions: trigger.conditions.map(written) };
  return stringify({
    name: "m",
    artifact_types: types.map((name) => ({ name })),
    protocols: protocols.map(({ name, requires, accepts, produces, mayProduce, choices, scoped, trigger }) => ({
      ...{ name, requires, accepts, produces, scoped },
      may_produce: mayProduce,
      required_output_choices: choices.map(({ name, members }) => ({ name, members })),
      trigger: written(trigger),
      unheard_of: 1,
    })),
  });
}

test("what is kept is what loading gives", async () => {
  await fc.assert(
    fc.asyncProperty(methodologies, async ({ types, protocols }) => {
      using kept = new Kept(manifestOf(types, protocols));
      for (const type of types) kept.write({ [`schemas/${type}.schema.json`]: `{"title":"${type}"}` });
      for (const { name } of protocols) kept.write({ [`protocols/${name}/PROTOCOL.md`]: `\ufeffDo ${name} – so.` });
      kept.waitForTick();
      const first = await kept.load();
      kept.forge();
      const second = await kept.load();
      expect(second.name).toBe("kept");
      const loaded = await loadMethodology(kept.file, MEMORY);
      expect(plain(second)).toEqual({ ...plain(loaded), name: "kept" });
      expect(plain(first)).toEqual(plain(loaded));
      expect(await lintMethodology(second)).toEqual(await lintMethodology(loaded));
    }),
    { numRuns: 25 },
  );
});

test("a kept schema judges as a loaded one does", async () => {
  using kept = new Kept();
  kept.write({ "schemas/a.schema.json": '{"required":["title"]}' });
  kept.waitForTick();
  await kept.load();
  kept.forge();
  const type = (await kept.load()).types.get("a");
  const validator = await type?.validator();
  expect(validator?.acceptsEach([{}, { title: "t" }])).toEqual([false, true]);
});

const FILES = ["manifest.toml", "schemas/a.schema.json", "protocols/p/PROTOCOL.md"] as const;

/** What is wrong with a methodology that cannot be loaded. */
async function diagnosticsOf(loading: Promise<unknown>): Promise<readonly Diagnostic[]> {
  try {
    await loading;
  } catch (error) {
    if (error instanceof DiagnosticsError) return error.diagnostics;
    throw error;
  }
  return [];
}

describe.each(FILES)("%s", (name) => {
  const [before = "", after = ""] = {
    "manifest.toml": [HEAD + P + USE_B, (HEAD + P + USE_B).replace("# what", "# That")],
    "schemas/a.schema.json": ['{"title":"A"}', '{"title":"B"}'],
    "protocols/p/PROTOCOL.md": ["Do p.\n", "Do q.\n"],
  }[name];
  const edit = (kept: Kept) => writeFileSync(kept.at(name), after);
  const kept = () => {
    const made = new Kept();
    made.write({ [name]: before });
    made.waitForTick();
    return made;
  };

  test("changed to something as long is noticed, also with its old modification time", async () => {
    using project = kept();
    const before = await project.load();
    project.forge();
    expect((await project.load()).name).toBe("kept");
    const { atimeMs, mtimeMs } = statSync(project.at(name), { bigint: false });
    edit(project);
    utimesSync(project.at(name), atimeMs / 1000, mtimeMs / 1000);
    const after = await project.load();
    expect(after.name).toBe("m");
    expect(after.sourcesHash).not.toBe(before.sourcesHash);
    expect(plain(after)).toEqual(plain(await loadMethodology(project.file, MEMORY)));
  });

  test("changed within the granule in which it was read is noticed", async () => {
    using project = kept();
    clock.stands = true;
    const before = await project.load();
    expect(project.rows).toBe(0);
    edit(project);
    expect((await project.load()).sourcesHash).not.toBe(before.sourcesHash);
  });

  test("gone or a directory, it is reported as ever, and what was kept serves again when it is back", async () => {
    using project = kept();
    await project.load();
    project.forge();
    const aside = project.at("aside");
    renameSync(project.at(name), aside);
    const gone = await diagnosticsOf(loadMethodology(project.file, MEMORY));
    expect(gone).toHaveLength(1);
    expect(await diagnosticsOf(project.load())).toEqual(gone);
    project.write({ [name]: null });
    const directory = await diagnosticsOf(loadMethodology(project.file, MEMORY));
    expect(directory).toHaveLength(1);
    expect(await diagnosticsOf(project.load())).toEqual(directory);
    rmSync(project.at(name), { recursive: true });
    renameSync(aside, project.at(name));
    // Being renamed changed the file's times, so it is read; then it is known.
    project.waitForTick();
    expect((await project.load()).name).toBe("m");
    project.forge();
    expect((await project.load()).name).toBe("kept");
  });

  test("changed after the rest was taken from the store, it is refused, not mixed in", async () => {
    using project = kept();
    await project.load();
    const methodology = await project.load();
    const held = await project.load();
    holdTexts(held);
    const texts = plain(held);
    edit(project);
    expect(() => plain(methodology)).toThrow(
      `${project.at(name)} changed while this command was using it (it holds something else): give the command again`,
    );
    expect(plain(held)).toEqual(texts);
  });
});

test("what is wrong is never kept, and found again", async () => {
  using kept = new Kept(HEAD + P.replace('"a"', "3"));
  for (const _ of [1, 2]) await expect(kept.load()).rejects.toThrow("must be a string");
  expect(kept.rows).toBe(0);
});

test("another runa reads the files itself", async () => {
  using kept = new Kept();
  await kept.load();
  kept.forge();
  kept.store.connection.database.exec("UPDATE methodology SET version = '0.0.1'");
  expect((await kept.load()).name).toBe("m");
});

test("asked to, it reads the files whatever is kept", async () => {
  using kept = new Kept();
  await kept.load();
  kept.forge();
  expect((await projectMethodology(kept.store, kept.file, true)).name).toBe("m");
  expect((await kept.load()).name).toBe("m");
});

test("a private copy of the store is neither asked nor written", async () => {
  using kept = new Kept();
  const full = Object.assign(new Error("disk is full"), { code: "SQLITE_FULL" });
  const copyOf = (): Store => {
    const store = openStore(kept.at("store"), "look");
    store.connection.answerWithoutSaving(full);
    return store;
  };
  const empty = copyOf();
  await kept.load(empty);
  expect(kept.rows).toBe(0);
  empty.close();
  await kept.load();
  kept.forge();
  const copy = copyOf();
  expect((await kept.load(copy)).name).toBe("m");
  copy.close();
});

test("what was edited in the store is not believed, and kept anew", async () => {
  using kept = new Kept();
  await kept.load();
  kept.edit();
  expect((await kept.load()).name).toBe("m");
  kept.forge();
  expect((await kept.load()).name).toBe("kept");
});

test("of a schema that the store remembers only the file says what it is", async () => {
  using kept = new Kept();
  const { types } = await kept.load();
  kept.store.connection.database.exec("UPDATE schema_check SET schema_hash = 'sha256:forged'");
  const hashes = ({ types }: Methodology) => Array.from(types.values(), ({ hash }) => hash);
  expect(hashes(await projectMethodology(kept.store, kept.file, true))).toEqual(hashes({ types } as Methodology));
});

test("while another writes, it is loaded without waiting, and kept by a later command", async () => {
  using kept = new Kept();
  // The schemas are known, so that remembering them is not what has to wait.
  await kept.load();
  kept.store.connection.database.exec("DELETE FROM methodology");
  const other = openStore(kept.at("store"));
  other.connection.database.exec("BEGIN IMMEDIATE");
  const start = performance.now();
  expect((await kept.load()).name).toBe("m");
  expect(performance.now() - start).toBeLessThan(2000);
  expect(kept.rows).toBe(0);
  other.connection.database.exec("ROLLBACK");
  other.close();
  await kept.load();
  expect(kept.rows).toBe(1);
});

test("a store that cannot keep it is no reason to fail", async () => {
  using kept = new Kept();
  kept.store.connection.database.exec(
    "CREATE TRIGGER full BEFORE INSERT ON methodology BEGIN SELECT raise(ABORT, 'full'); END",
  );
  expect((await kept.load()).name).toBe("m");
  expect(kept.rows).toBe(0);
});
