import { createRequire } from "node:module";

/** What the driver's native part lets itself be asked; every statement passes here, a transaction's own too. */
interface Native {
  readonly Statement: {
    readonly prototype: { run: (this: { readonly source: string }, ...values: unknown[]) => unknown };
  };
  readonly Database: { readonly prototype: { exec: (sql: string) => unknown } };
}

const native = createRequire(import.meta.url)("better-sqlite3/build/Release/better_sqlite3.node") as Native;

/** At which of the statements that change anything, the first being 0, and whether anything is executed after it. */
export interface DatabaseFault {
  readonly at: number;
  readonly how: "fail" | "die";
}

const CHANGES = /^\s*(INSERT|UPDATE|DELETE|COMMIT|CREATE)/i;

/**
 * Does work on a database that fails at one of its statements, or executes nothing any more from there on, as if the
 * process had died; the connection has to be opened anew then.
 * @returns the statements that were reached, by their first word, and what the work threw
 */
export async function onFaultyDatabase(
  fault: DatabaseFault | null,
  work: () => unknown,
): Promise<{ readonly reached: readonly string[]; readonly thrown: unknown }> {
  const { Statement, Database } = native;
  const { run } = Statement.prototype;
  const { exec } = Database.prototype;
  const reached: string[] = [];
  let changed = false;
  let dead = false;
  const pass = (sql: string) => {
    const word = CHANGES.exec(sql)?.[1]?.toUpperCase();
    // The end of a transaction that only read is none of these.
    const counts = word !== undefined && (changed || word !== "COMMIT");
    if (counts) changed = word !== "COMMIT";
    const struck = counts && reached.push(word) - 1 === fault?.at;
    dead ||= struck && fault?.how === "die";
    if (struck || dead) throw Object.assign(new Error("disk I/O error"), { code: "SQLITE_IOERR" });
  };
  Statement.prototype.run = function (...values) {
    pass(this.source);
    return run.apply(this, values);
  };
  Database.prototype.exec = function (sql) {
    pass(sql);
    return exec.call(this, sql);
  };
  try {
    await work();
    return { reached, thrown: null };
  } catch (thrown) {
    return { reached, thrown };
  } finally {
    Statement.prototype.run = run;
    Database.prototype.exec = exec;
  }
}
