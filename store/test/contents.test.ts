import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { openStore } from "../src/connection/store.ts";
import { NotSavedError } from "../src/connection/store-error.ts";
import { type Content, contentNamed } from "../src/contents/content.ts";
import { keepContents, missingContents, prepareContents } from "../src/contents/keep.ts";
import { readContent } from "../src/contents/read.ts";
import { sha256 } from "../src/json/canonical.ts";
import { rebuildStore } from "../src/rebuild/rebuild.ts";
import { onFaultyDatabase } from "./database-faults.ts";
import { Rig, unit } from "./rig.ts";

const content = (bytes: string | Uint8Array): Content => contentNamed(sha256(bytes), () => bytes);

/** Longer than a row may be, and not to be compressed. */
const LONG = randomBytes(80 * 1024).toString("base64url");
const SHORT = '{"title":"A"}';
const PROSE = "the same words again and again, ".repeat(1000);

function keep(rig: Rig, ...contents: Content[]): void {
  rig.store.connection.write(() => keepContents(rig.store, contents));
}

const textOf = (rig: Rig, bytes: string) => {
  const found = readContent(rig.store, sha256(bytes));
  return found.kind === "kept" ? found.bytes.toString("utf8") : found.kind;
};

const objects = (rig: Rig) => join(rig.store.directory, "objects");
const objectOf = (rig: Rig, bytes: string) => join(objects(rig), sha256(bytes).slice("sha256:".length));
const rowOf = (rig: Rig, bytes: string) =>
  rig.store.connection.database
    .prepare("SELECT size, length(bytes) AS length FROM content WHERE hash = ?")
    .get(sha256(bytes));

describe("a content that is kept", () => {
  test("is read back by its hash, compressed where that is shorter", () => {
    const rig = new Rig();
    keep(rig, content(SHORT), content(PROSE), content(""));
    expect([SHORT, PROSE, ""].map((text) => textOf(rig, text))).toEqual([SHORT, PROSE, ""]);
    expect(rowOf(rig, SHORT)).toEqual({ size: SHORT.length, length: SHORT.length });
    expect(rowOf(rig, PROSE)).toEqual({ size: PROSE.length, length: deflateRawSync(PROSE).length });
    expect(existsSync(objects(rig))).toBe(false);
  });

  test("is a file of this user's alone where it is long", () => {
    const rig = new Rig();
    keep(rig, content(LONG));
    expect(textOf(rig, LONG)).toBe(LONG);
    expect(rowOf(rig, LONG)).toEqual({ size: LONG.length, length: null });
    expect(readdirSync(objects(rig))).toEqual([sha256(LONG).slice("sha256:".length)]);
    expect(statSync(objects(rig)).mode & 0o777).toBe(0o700);
    expect(statSync(objectOf(rig, LONG)).mode & 0o777).toBe(0o600);
  });

  test("is kept once, whoever names it", () => {
    const rig = new Rig();
    const other = openStore(rig.store.directory);
    for (const text of [SHORT, LONG]) {
      keep(rig, content(text), content(text));
      const before = rig.store.connection.database.prepare("SELECT hash, at, size FROM content").all();
      const again = contentNamed(sha256(text), () => {
        throw new Error("what is kept is not read again");
      });
      other.connection.write(() => keepContents(other, [again]));
      prepareContents(other, [again]);
      expect(rig.store.connection.database.prepare("SELECT hash, at, size FROM content").all()).toEqual(before);
    }
    other.close();
  });

  test("is not kept where nothing is to be, and nothing is read for it", () => {
    const rig = new Rig();
    const store = openStore(rig.store.directory, "record", false);
    const unread = contentNamed(sha256(SHORT), () => {
      throw new Error("nothing is read");
    });
    prepareContents(store, [unread]);
    store.connection.write(() => keepContents(store, [unread]));
    expect(readContent(store, sha256(SHORT))).toEqual({ kind: "not_kept" });
    store.close();
  });

  test("whose bytes are gone is left out", () => {
    const rig = new Rig();
    keep(
      rig,
      contentNamed(sha256(SHORT), () => null),
      content(PROSE),
    );
    expect([SHORT, PROSE].map((text) => textOf(rig, text))).toEqual(["not_kept", PROSE]);
  });

  test("is there again when it is named again, though its file was removed", () => {
    const rig = new Rig();
    keep(rig, content(LONG));
    rmSync(objects(rig), { recursive: true });
    expect(readContent(rig.store, sha256(LONG))).toEqual({
      kind: "damaged",
      reason: `${objectOf(rig, LONG)} is gone`,
    });
    expect([...missingContents(rig.store, [content(LONG)])]).toEqual([sha256(LONG)]);
    keep(rig, content(LONG));
    expect(textOf(rig, LONG)).toBe(LONG);
  });
});

describe("a content that was edited on the disk is not served", () => {
  test.each([
    ["other bytes of the same length", Buffer.alloc(LONG.length, "x")],
    ["nothing", Buffer.alloc(0)],
    ["something longer", Buffer.alloc(LONG.length + 1)],
    ["what would fill the memory", deflateRawSync(Buffer.alloc(64 * 1024 * 1024))],
  ])("a file with %s", (_, bytes) => {
    const rig = new Rig();
    keep(rig, content(LONG));
    writeFileSync(objectOf(rig, LONG), bytes);
    const reason = `${objectOf(rig, LONG)} holds something else`;
    expect(readContent(rig.store, sha256(LONG))).toEqual({ kind: "damaged", reason });
  });

  test("a row, and a link in the place of a file", () => {
    const rig = new Rig();
    keep(rig, content(PROSE), content(LONG));
    rig.executeElsewhere(`UPDATE content SET bytes = zeroblob(40) WHERE bytes IS NOT NULL`);
    expect(readContent(rig.store, sha256(PROSE))).toEqual({ kind: "damaged", reason: "its row holds something else" });
    const elsewhere = join(rig.root, "elsewhere");
    writeFileSync(elsewhere, LONG);
    rmSync(objectOf(rig, LONG));
    symlinkSync(elsewhere, objectOf(rig, LONG));
    expect(readContent(rig.store, sha256(LONG))).toMatchObject({ kind: "damaged" });
  });
});

describe("a delivery", () => {
  test("is kept as what its hash was taken of", () => {
    const rig = new Rig();
    const hash = rig.deliver("a", { work_unit: "w", title: "A" }, { workUnit: unit("w") });
    const found = readContent(rig.store, hash);
    expect(found.kind === "kept" && found.bytes.toString("utf8")).toBe('{"title":"A","work_unit":"w"}');
  });

  test("whose content cannot be kept is refused whole", () => {
    const rig = new Rig();
    const title = LONG;
    writeFileSync(objects(rig), "in the way");
    expect(() => rig.deliver("a", { title })).toThrow(NotSavedError);
    expect(() => rig.deliver("a", { title })).toThrow(
      /^\S+\/objects\/[0-9a-f]{64}, a content that is to be kept, could not be written: \S+\/objects is a symbolic link or not a directory/,
    );
    expect(existsSync(rig.path("note"))).toBe(false);
    expect(rig.rows()).toEqual([]);
    rmSync(objects(rig));
    expect(rig.deliver("a", { title })).toMatch(/^sha256:/);
  });

  test("that dies between its content's file and the commit leaves a file that no row names", async () => {
    const rig = new Rig();
    const title = LONG;
    const { reached } = await onFaultyDatabase(null, () => new Rig().deliver("a", { title }));
    await onFaultyDatabase({ at: reached.length - 1, how: "die" }, () => rig.deliver("a", { title }));
    rig.reopen();
    expect(readdirSync(objects(rig)).length).toBe(1);
    expect(rig.store.connection.database.prepare("SELECT count(*) FROM content").pluck().get()).toBe(0);
    // What is found there was written by nobody who is known: it is written again.
    for (const name of readdirSync(objects(rig))) writeFileSync(join(objects(rig), name), "torn");
    const hash = rig.deliver("a", { title });
    expect(readContent(rig.store, hash).kind).toBe("kept");
  });
});

describe("very many contents", () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => content(`{"number":${index}}`));

  test("are kept in small transactions, and what is there already in none", async () => {
    const rig = new Rig();
    const contents = many(1200);
    const first = await onFaultyDatabase(null, () => prepareContents(rig.store, contents));
    expect(first.reached.filter((word) => word === "COMMIT").length).toBe(2);
    expect(missingContents(rig.store, contents).size).toBe(200);
    keep(rig, ...contents);
    expect(missingContents(rig.store, contents).size).toBe(0);
    const again = await onFaultyDatabase(null, () => {
      prepareContents(rig.store, contents);
      keep(rig, ...contents);
    });
    expect(again.reached).toEqual([]);
  });

  test("are held a few at a time where they are long", async () => {
    const rig = new Rig();
    const contents = [1, 2, 3].map(() => content(randomBytes(5 * 1024 * 1024)));
    const { reached } = await onFaultyDatabase(null, () => prepareContents(rig.store, contents));
    expect(reached.filter((word) => word === "COMMIT").length).toBe(1);
    expect([...missingContents(rig.store, contents)]).toEqual([contents[2]?.hash]);
  });
});

describe("a store that is made anew", () => {
  const kept = () => {
    const rig = new Rig();
    keep(rig, content(SHORT), content(PROSE), content(LONG));
    return rig;
  };
  const all = [SHORT, PROSE, LONG];

  test("keeps contents of a sound one", () => {
    const rig = kept();
    rig.store.close();
    rebuildStore(rig.store.directory);
    rig.reopen();
    expect(all.map((text) => textOf(rig, text))).toEqual(all);
  });

  test("keeps contents of a damaged one, and no row that is none of runa's", () => {
    const rig = kept();
    rig.executeElsewhere("INSERT INTO content VALUES ('../../etc/passwd', 1, 5, NULL); CREATE TABLE planted (x)");
    rig.store.close();
    expect(rebuildStore(rig.store.directory)).toMatchObject({ incomplete: true });
    rig.reopen();
    expect(all.map((text) => textOf(rig, text))).toEqual(all);
    expect(rig.store.connection.database.prepare("SELECT count(*) FROM content").pluck().get()).toBe(3);
  });
});

test("who can only look reads contents, and keeps none", () => {
  const rig = new Rig();
  keep(rig, content(PROSE), content(LONG));
  const store = openStore(rig.store.directory, "look");
  expect(store.connection.answerWithoutSaving(new NotSavedError("", "it cannot be written"))).toBe(true);
  expect(store.persistent).toBe(false);
  for (const text of [PROSE, LONG]) expect(readContent(store, sha256(text)).kind).toBe("kept");
  prepareContents(store, [content(SHORT)]);
  expect(readContent(store, sha256(SHORT)).kind).toBe("not_kept");
  store.close();
});
