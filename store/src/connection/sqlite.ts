import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import Driver, { type Database, type Options, type Statement } from "better-sqlite3";
import { storeNoDriver } from "../messages.ts";
import { StoreError } from "./store-error.ts";

/**
 * Every native object that the driver has made. None may ever be collected: where the driver was compiled against the
 * headers of Node 24.19, a collection at the wrong moment ends the process (nodejs/node#65446). There is a handful for each
 * database that a process opens.
 */
const kept: unknown[] = [];

function keep<T>(native: T): T {
  kept.push(native);
  return native;
}

/**
 * Opens a database. The only way to do it, because what the driver makes has to live as long as the process.
 * @throws StoreError where this Node cannot load the driver
 */
export function openSqlite(file: string, options?: Options): Database {
  const database = keep(load(file, options));
  const prepareByDriver = database.prepare;
  const prepare = (source: string): Statement => {
    const statement: Statement = keep(prepareByDriver.call(database, source));
    const iterateByDriver = statement.iterate;
    statement.iterate = (...values) => keep(iterateByDriver.apply(statement, values));
    return statement;
  };
  database.prepare = prepare as Database["prepare"];
  const questions = new Map<string, Statement>();
  // The driver's own makes a statement for each call, and lets go of it.
  database.pragma = (source, { simple = false } = {}) => {
    const statement = questions.get(source) ?? prepare(`PRAGMA ${source}`);
    // What sets something may do so when it is prepared, so that is prepared each time.
    if (!source.includes("=")) questions.set(source, statement);
    const rows = statement.reader ? statement.all() : [];
    if (!statement.reader) statement.run();
    return simple ? Object.values(rows[0] ?? {})[0] : rows;
  };
  return database;
}

function load(file: string, options?: Options): Database {
  try {
    return new Driver(file, options);
  } catch (error) {
    throw unloadable(error) ?? error;
  }
}

/** What to say of a driver whose native part is not there, or was built for another Node; null for any other error. */
function unloadable(error: unknown): StoreError | null {
  const { code, message } = error as NodeJS.ErrnoException;
  const missing = code === "MODULE_NOT_FOUND" && message.includes("better_sqlite3.node");
  if (!missing && code !== "ERR_DLOPEN_FAILED") return null;
  const foreign = /NODE_MODULE_VERSION/.test(message);
  const reason = missing
    ? "was never built"
    : foreign
      ? "was built for another Node"
      : `cannot be loaded (${message.split("\n")[0]})`;
  const place = placeOfDriver();
  const remedy =
    place === null
      ? "install runa anew"
      : `run \`npm rebuild better-sqlite3\` in ${place}, with the Node that runs runa (${process.execPath})`;
  return new StoreError(storeNoDriver(reason, process.versions.node, remedy));
}

/** The directory in which npm has installed the driver for the running program. */
function placeOfDriver(): string | null {
  const program = process.argv[1] ?? "";
  let directory = dirname(existsSync(program) ? realpathSync(program) : program);
  while (!existsSync(join(directory, "node_modules/better-sqlite3"))) {
    const above = dirname(directory);
    if (above === directory) return null;
    directory = above;
  }
  return directory;
}
