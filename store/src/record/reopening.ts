import type { Moment, WorkUnit } from "../artifact.ts";
import type { CandidateName } from "../candidate.ts";
import type { Connection } from "../connection/connection.ts";
import { isCount, isText, isTextOrNull, type Shape, storedJsonOrNull } from "../connection/stored.ts";

/** That a person reopened a candidate. */
export interface Reopening extends CandidateName {
  readonly at: Moment;
}

// In a column of the row that there is anyway: another table would not fit into the first page, see the migrations.
const READ = "SELECT reopened FROM clock";
const WRITE = "UPDATE clock SET reopened = ?";

type Row = readonly [protocol: string, workUnit: WorkUnit | null, at: Moment];

const isRow: Shape<Row> = (value): value is Row =>
  Array.isArray(value) && value.length === 3 && isText(value[0]) && isTextOrNull(value[1]) && isCount(value[2]);

/** Whether this is what the column holds. */
export const isReopened: Shape<Row[]> = (value): value is Row[] => Array.isArray(value) && value.every(isRow);

/** The last reopening of each candidate that was reopened by hand. */
export function reopenings(connection: Connection): Reopening[] {
  const { reopened } = connection.statement(READ).get() as { reopened: string | null };
  const rows = storedJsonOrNull(connection, reopened, isReopened) ?? [];
  return rows.map(([protocol, workUnit, at]) => ({ protocol, workUnit, at }));
}

/** Records that candidates were reopened, in place of what was recorded of them before. */
export function putReopenings(connection: Connection, candidates: readonly CandidateName[], at: Moment): void {
  const isAmong = ({ protocol, workUnit }: CandidateName) =>
    candidates.some((one) => one.protocol === protocol && one.workUnit === workUnit);
  const kept = reopenings(connection).filter((one) => !isAmong(one));
  const rows = [...kept, ...candidates.map((one) => ({ ...one, at }))].map(({ protocol, workUnit, at }) => [
    protocol,
    workUnit,
    at,
  ]);
  connection.statement(WRITE).run(JSON.stringify(rows));
}
