import { join } from "node:path";
import { openSqlite } from "../../store/src/sqlite.ts";

/** Changes a project's store behind runa's back, to what no test can bring about: another machine, another time. */
export function editStore(project: string, sql: string): void {
  const database = openSqlite(join(project, ".runa/store/runa.db"));
  try {
    database.exec(sql);
  } finally {
    database.close();
  }
}
