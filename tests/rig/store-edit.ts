import { join } from "node:path";
import { openSqlite } from "../../store/src/connection/sqlite.ts";

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
