import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ContentHash, WallTime } from "../src/artifact.ts";
import { openStore } from "../src/connection/store.ts";
import { type Content, contentNamed } from "../src/contents/content.ts";
import { keepContents, missingContents, prepareContents } from "../src/contents/keep.ts";
import { readContent } from "../src/contents/read.ts";
import { sha256 } from "../src/json/canonical.ts";
import { attemptsHolding, emptyWriteLog, forgetContent } from "../src/pruning/forget.ts";
import { prunable, pruneContents } from "../src/pruning/prune.ts";
import { verifyLog } from "../src/record/event-log.ts";
import { wallTime } from "../src/wall-time.ts";
import { onFaultyDatabase } from "./database-faults.ts";
import { bodiesOf } from "./event-examples.ts";
import { id, Rig } from "./rig.ts";

const DAY = 24 * 60 * 60 * 1_000_000;
const NOW = { before: wallTime(), inUse: [], actor: undefined };

const content = (text: string): Content => contentNamed(sha256(text), () => text);
const LONG = randomBytes(70 * 1024).toString("base64url");

function keep(rig: Rig, ...texts: string[]): void {
  rig.store.connection.write(() => keepContents(rig.store, texts.map(content)));
}

/** Has everything that is recorded so far be so many days old. */
function aged(rig: Rig, days = 100): Rig {
  const { database } = rig.store.connection;
  database.exec(
    `UPDATE content SET at = at - ${days * DAY}; UPDATE attempt SET started_at = started_at - ${days * DAY}`,
  );
  const triggers = database.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").all() as {
    name: string;
    sql: string;
  }[];
  for (const { name } of triggers) database.exec(`DROP TRIGGER ${name}`);
  database.exec(`UPDATE event SET at = at - ${days * DAY}`);
  for (const { sql } of triggers) database.exec(sql);
  const objects = join(rig.store.directory, "objects");
  const then = new Date(Date.now() - (days * DAY) / 1000);
  for (const name of existsSync(objects) ? readdirSync(objects) : []) utimesSync(join(objects, name), then, then);
  return rig;
}

const kindOf = (rig: Rig, hash: string) => readContent(rig.store, hash).kind;

describe("contents are pruned", () => {
  test("that are old and rest on nothing, long ones too", () => {
    const rig = new Rig();
    keep(rig, "old", LONG);
    aged(rig);
    keep(rig, "young");
    const size = (text: string) => text.length;
    const pruned = {
      removed: { contents: 2, bytes: size("old") + LONG.length },
      kept: { contents: 1, bytes: size("young") },
      strayFiles: 0,
    };
    expect(prunable(rig.store, NOW)).toEqual(pruned);
    expect(kindOf(rig, sha256(LONG))).toBe("kept");
    expect(pruneContents(rig.store, NOW)).toEqual(pruned);
    expect(["old", LONG, "young"].map((text) => kindOf(rig, sha256(text)))).toEqual(["not_kept", "not_kept", "kept"]);
    expect(readdirSync(join(rig.store.directory, "objects"))).toEqual([]);
    expect(bodiesOf(rig.store, "pruned")).toEqual([pruned.removed]);
    expect(pruneContents(rig.store, NOW).removed).toEqual({ contents: 0, bytes: 0 });
    expect(bodiesOf(rig.store, "pruned").length).toBe(1);
  });

  test("never that are younger than a day, whatever is asked for", () => {
    const rig = new Rig();
    keep(rig, "young");
    rig.store.connection.database.exec(`UPDATE content SET at = at - ${DAY - 60_000_000}`);
    const later = { ...NOW, before: (wallTime() + DAY) as WallTime };
    expect(pruneContents(rig.store, later).removed.contents).toBe(0);
    rig.store.connection.database.exec("UPDATE content SET at = at - 120000000");
    expect(pruneContents(rig.store, later).removed.contents).toBe(1);
  });

  test("not at all where all are to be kept", () => {
    const rig = new Rig();
    keep(rig, "old");
    aged(rig);
    expect(pruneContents(rig.store, { ...NOW, before: null }).removed.contents).toBe(0);
  });

  test("but not what lies in the workspace, nor what lay there since", () => {
    const rig = new Rig();
    const [first, second, third] = ["one", "two", "three"].map((title) => rig.deliver("a", { title }));
    aged(rig);
    const fourth = rig.deliver("a", { title: "four" });
    aged(rig, 10);
    rig.deliver("a", { title: "five" });
    // Thirty days ago it was the third.
    const before = (wallTime() - 30 * DAY) as WallTime;
    expect(pruneContents(rig.store, { ...NOW, before }).removed.contents).toBe(2);
    const kinds = [first, second, third, fourth].map((hash) => kindOf(rig, String(hash)));
    expect(kinds).toEqual(["not_kept", "not_kept", "kept", "kept"]);
  });

  test("nor what was gone from the workspace before, except by its name", async () => {
    const rig = new Rig();
    const hash = rig.deliver("a", { title: "A" });
    rig.remove("note/a.json");
    await rig.scan();
    aged(rig);
    expect(prunable(rig.store, NOW).removed.contents).toBe(1);
    expect(pruneContents(rig.store, { ...NOW, inUse: [hash] }).removed.contents).toBe(0);
    expect(pruneContents(rig.store, NOW).removed.contents).toBe(1);
  });

  test("nor what an open attempt was given; but what an old one was", () => {
    const rig = new Rig();
    const inputs = [{ type: "note", id: id("gone"), contentHash: sha256("given") as ContentHash }];
    const started = rig.begin("attempt-1", null, { inputs, contents: [content("given")] });
    aged(rig);
    expect(pruneContents(rig.store, NOW).removed.contents).toBe(0);
    rig.end("attempt-1", started, "delivered", []);
    aged(rig);
    expect(pruneContents(rig.store, NOW).removed.contents).toBe(1);
  });

  test("nor, beside a run, what is claimed or delivered meanwhile: of what is gone already it is kept again", () => {
    const rig = new Rig();
    keep(rig, '{"title":"A"}', "given");
    aged(rig);
    const { read } = rig.store.connection;
    // Between the look and the removal another process delivers the same content.
    rig.store.connection.read = (work) => {
      const found = read.call(rig.store.connection, work) as ReturnType<typeof work>;
      rig.store.connection.read = read;
      rig.deliver("a", { title: "A" });
      rig.begin("attempt-1", null, {
        inputs: [{ type: "note", id: id("gone"), contentHash: sha256("given") as ContentHash }],
        contents: [content("given")],
      });
      return found;
    };
    expect(pruneContents(rig.store, NOW).removed.contents).toBe(0);
    expect(kindOf(rig, sha256('{"title":"A"}'))).toBe("kept");
    expect(kindOf(rig, sha256("given"))).toBe("kept");
  });

  test("and who remembers that one was there keeps it again", () => {
    const rig = new Rig();
    keep(rig, "old");
    aged(rig);
    prepareContents(rig.store, [content("old")]);
    pruneContents(rig.store, NOW);
    expect(missingContents(rig.store, [content("old")]).size).toBe(1);
    keep(rig, "old");
    expect(kindOf(rig, sha256("old"))).toBe("kept");
  });
});

test("files that no content is in are removed once they are old, others never", () => {
  const rig = new Rig();
  keep(rig, LONG);
  const objects = join(rig.store.directory, "objects");
  writeFileSync(join(objects, "f".repeat(64)), "left behind");
  writeFileSync(join(objects, ".runa-0123456789abcdef.tmp"), "left behind");
  writeFileSync(join(objects, "notes.txt"), "mine");
  expect(pruneContents(rig.store, { ...NOW, inUse: [sha256(LONG)] }).strayFiles).toBe(0);
  aged(rig);
  expect(pruneContents(rig.store, { ...NOW, inUse: [sha256(LONG)] }).strayFiles).toBe(2);
  expect(readdirSync(objects).sort()).toEqual([sha256(LONG).slice(7), "notes.txt"].sort());
});

test("pruning that fails or dies at any statement removes what the log says, and the next goes on", async () => {
  const prepared = () => {
    const rig = new Rig();
    keep(rig, "old", LONG);
    return aged(rig);
  };
  const undisturbed = prepared();
  const { reached } = await onFaultyDatabase(null, () => pruneContents(undisturbed.store, NOW));
  for (const at of reached.keys())
    for (const how of ["fail", "die"] as const) {
      const rig = prepared();
      const where = `${how} at ${at} (${reached[at]})`;
      await onFaultyDatabase({ at, how }, () => pruneContents(rig.store, NOW));
      rig.reopen();
      const told = bodiesOf(rig.store, "pruned").reduce((sum, body) => sum + body.contents, 0);
      const left = rig.store.connection.database.prepare("SELECT count(*) FROM content").pluck().get() as number;
      expect(told + left, where).toBe(2);
      expect(verifyLog(rig.store), where).toMatchObject({ ok: true });
      pruneContents(rig.store, NOW);
      expect(
        ["old", LONG].map((text) => kindOf(rig, sha256(text))),
        where,
      ).toEqual(["not_kept", "not_kept"]);
      expect(readdirSync(join(rig.store.directory, "objects")), where).toEqual([]);
    }
});

describe("a content that is forgotten", () => {
  const forgetting = (text: string) => ({ hash: sha256(text), note: "why", actor: undefined });
  const prepared = () => {
    const rig = new Rig();
    keep(rig, "short", LONG);
    return rig;
  };

  test.each(["short", LONG])("is there or forgotten, at whatever statement that fails or dies", async (text) => {
    const undisturbed = prepared();
    const { reached } = await onFaultyDatabase(null, () => forgetContent(undisturbed.store, forgetting(text)));
    expect(kindOf(undisturbed, sha256(text))).toBe("forgotten");
    for (const at of reached.keys())
      for (const how of ["fail", "die"] as const) {
        const rig = prepared();
        const where = `${how} at ${at} (${reached[at]})`;
        await onFaultyDatabase({ at, how }, () => forgetContent(rig.store, forgetting(text)));
        rig.reopen();
        // At the commit the file of a long one is gone already.
        expect(["kept", "damaged"], where).toContain(kindOf(rig, sha256(text)));
        expect(bodiesOf(rig.store, "forgotten"), where).toEqual([]);
        expect(forgetContent(rig.store, forgetting(text)), where).toEqual({ kind: "forgotten" });
        expect(kindOf(rig, sha256(text)), where).toBe("forgotten");
        expect(bodiesOf(rig.store, "forgotten"), where).toEqual([{ content_hash: sha256(text), note: "why" }]);
      }
  });

  test("is overwritten in the database, and pruned never", () => {
    const rig = new Rig();
    const secret = `hunter2-${randomBytes(40).toString("hex")}`;
    keep(rig, secret);
    const file = (suffix: string) => readFileSync(join(rig.store.directory, `runa.db${suffix}`)).includes(secret);
    expect(file("") || file("-wal")).toBe(true);
    forgetContent(rig.store, forgetting(secret));
    expect(emptyWriteLog(rig.store)).toBe(true);
    expect(file("") || file("-wal")).toBe(false);
    aged(rig);
    expect(pruneContents(rig.store, NOW).removed.contents).toBe(0);
    keep(rig, secret);
    expect(kindOf(rig, sha256(secret))).toBe("forgotten");
  });

  test("stays in the log of writes while somebody reads, which is told", () => {
    const rig = prepared();
    const other = openStore(rig.store.directory);
    other.connection.read(() => {
      other.connection.statement("SELECT count(*) FROM content").get();
      forgetContent(rig.store, forgetting("short"));
      expect(emptyWriteLog(rig.store)).toBe(false);
    });
    expect(emptyWriteLog(rig.store)).toBe(true);
    other.close();
  });

  test("is refused while an attempt is open that delivered it", () => {
    const rig = new Rig();
    const started = rig.begin("attempt-1");
    const hash = rig.deliver("a", { title: "A" }, { attempt: "attempt-1" });
    const forgotten = () => forgetContent(rig.store, { hash, note: "why", actor: undefined });
    expect(forgotten()).toEqual({ kind: "in_use", attempt: "attempt-1" });
    rig.end("attempt-1", started, "delivered", []);
    expect(forgotten()).toEqual({ kind: "forgotten" });
    expect(attemptsHolding(rig.store, hash)).toEqual(["attempt-1"]);
  });
});
