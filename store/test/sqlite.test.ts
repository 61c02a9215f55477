import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { openSqlite } from "../src/connection/sqlite.ts";

/** What is left after a collection of everything that nobody holds; tells of each by its name. */
async function surviving(made: () => Readonly<Record<string, object>>): Promise<string[]> {
  const references = Object.entries(made()).map(([name, object]) => [name, new WeakRef(object)] as const);
  setFlagsFromString("--expose-gc");
  // A reference holds until the task that made it is over.
  await new Promise((resolve) => setImmediate(resolve));
  runInNewContext("gc")();
  return references.filter(([, reference]) => reference.deref() !== undefined).map(([name]) => name);
}

test("what the driver makes is never collected, unlike anything else", async () => {
  const left = await surviving(() => {
    const database = openSqlite(":memory:");
    const statement = database.prepare("SELECT 1");
    const iterator = database.prepare("SELECT 2").iterate();
    for (const _ of iterator);
    database.close();
    return { database, statement, iterator, another: {} };
  });
  expect(left).toEqual(["database", "statement", "iterator"]);
});

test("a pragma answers as the driver's own does", () => {
  const database = openSqlite(":memory:");
  expect(database.pragma("user_version", { simple: true })).toBe(0);
  expect(database.pragma("user_version = 7")).toEqual([]);
  expect(database.pragma("user_version", { simple: true })).toBe(7);
  expect(database.pragma("user_version")).toEqual([{ user_version: 7 }]);
  database.pragma("synchronous = OFF");
  expect(database.pragma("synchronous", { simple: true })).toBe(0);
  database.pragma("synchronous = FULL");
  expect(database.pragma("synchronous", { simple: true })).toBe(2);
  expect(database.pragma("table_info(absent)", { simple: true })).toBeUndefined();
});
