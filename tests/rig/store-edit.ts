import { join } from "node:path";
import Database from "better-sqlite3";

/** Changes a project's store behind runa's back, to what no test can bring about: another machine, another time. */
export function editStore(project: string, sql: string): void {
  const database = new Database(join(project, ".runa/store/runa.db"));
  try {
    database.exec(sql);
  } finally {
    database.close();
  }
}
