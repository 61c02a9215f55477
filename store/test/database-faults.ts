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

/** Does work while every statement that is to be executed is told to `pass` before. */
async function intercepted<Result>(pass: (sql: string) => void, work: () => Result): Promise<Awaited<Result>> {
  const { Statement, Database } = native;
  const { run } = Statement.prototype;
  const { exec } = Database.prototype;
  Statement.prototype.run = function (...values) {
    pass(this.source);
    return run.apply(this, values);
  };
  Database.prototype.exec = function (sql) {
    pass(sql);
    return exec.call(this, sql);
  };
  try {
    return await work();
  } finally {
    Statement.prototype.run = run;
    Database.prototype.exec = exec;
  }
}

/** Tells by its first word which statement changes anything; the end of a transaction that only read is none of these. */
function changes(): (sql: string) => string | undefined {
  let changed = false;
  return (sql) => {
    const word = CHANGES.exec(sql)?.[1]?.toUpperCase();
    if (word === undefined || (word === "COMMIT" && !changed)) return undefined;
    changed = word !== "COMMIT";
    return word;
  };
}

/**
 * Does work on a database that fails at one of its statements, or executes nothing any more from there on, as if the
 * process had died; the connection has to be opened anew then.
 * @returns the statements that were reached, by their first word, and what the work threw
 */
export async function onFaultyDatabase(
  fault: DatabaseFault | null,
  work: () => unknown,
): Promise<{ readonly reached: readonly string[]; readonly thrown: unknown }> {
  const reached: string[] = [];
  const changeOf = changes();
  let dead = false;
  const pass = (sql: string) => {
    const word = changeOf(sql);
    const struck = word !== undefined && reached.push(word) - 1 === fault?.at;
    dead ||= struck && fault?.how === "die";
    if (struck || dead) throw Object.assign(new Error("disk I/O error"), { code: "SQLITE_IOERR" });
  };
  try {
    await intercepted(pass, work);
    return { reached, thrown: null };
  } catch (thrown) {
    return { reached, thrown };
  }
}

/** Whether each commit that work on a newly opened store makes is synced. */
export async function syncingOf(work: () => unknown): Promise<readonly boolean[]> {
  const commits: boolean[] = [];
  const changeOf = changes();
  let isSynced = true;
  await intercepted((sql) => {
    const mode = /synchronous = (\w+)/.exec(sql)?.[1];
    if (mode !== undefined) isSynced = mode === "FULL";
    if (changeOf(sql) === "COMMIT") commits.push(isSynced);
  }, work);
  return commits;
}
