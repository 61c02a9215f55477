import { join } from "node:path";
import { openSqlite } from "../../store/src/connection/sqlite.ts";
import { checksum } from "../../store/src/json/checksum.ts";

/** Changes a project's store behind runa's back, to what no test can bring about: another machine, another time. */
export function editStore(project: string, sql: string): void {
  const database = openSqlite(join(project, ".runa/store/runa.db"));
  try {
    database.exec(sql);
  } finally {
    database.close();
  }
}

/** Edits the event log, whose triggers refuse that; they are there again afterwards, so that nothing else shows. */
export function editLog(project: string, sql: string): void {
  const database = openSqlite(join(project, ".runa/store/runa.db"));
  try {
    const triggers = database.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").all() as {
      name: string;
      sql: string;
    }[];
    for (const trigger of triggers) database.exec(`DROP TRIGGER ${trigger.name}`);
    database.exec(sql);
    for (const trigger of triggers) database.exec(trigger.sql);
  } finally {
    database.close();
  }
}

/** Changes what the store keeps of the methodology, with its seal made anew, as who knows how it is made can. */
export function keepOtherwise(project: string, change: (kept: string) => string): void {
  const database = openSqlite(join(project, ".runa/store/runa.db"));
  try {
    const [row] = database.prepare("SELECT * FROM methodology").all() as Record<string, string>[];
    const { file = "", version = "", identities = "", content = "" } = row ?? {};
    const changed = change(content.slice(content.indexOf(" ") + 1));
    const seal = checksum(JSON.stringify([file, version, identities]) + changed);
    database.prepare("UPDATE methodology SET content = ?").run(`${seal} ${changed}`);
  } finally {
    database.close();
  }
}
