import type { Store } from "../connection/store.ts";

const ALL = `SELECT work_unit FROM artifact WHERE work_unit IS NOT NULL
  UNION SELECT work_unit FROM attempt WHERE work_unit IS NOT NULL ORDER BY work_unit`;

/** Every work unit that an artifact named at the last scan, or that something was executed for, sorted. */
export function knownWorkUnits({ connection }: Store): string[] {
  return (connection.statement(ALL).all() as { work_unit: string }[]).map(({ work_unit }) => work_unit);
}
