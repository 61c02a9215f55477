// What must hold of a soak's project at any moment, and once a run has ended by itself.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadBundled } from "../bundle.mjs";
import { processesOf } from "./processes.mjs";
import { BODY, DECISIONS, deliveriesOf, protocolsOf, RECORD } from "./project.mjs";

// As runa opens its store: without that a newer Node may end the process.
const { sqlite } = await loadBundled({ sqlite: "store/src/connection/sqlite.ts" });

/** Something that must never be. */
export class Violation extends Error {}

/** @returns {asserts condition} */
export function require(/** @type {unknown} */ condition, /** @type {string} */ otherwise) {
  if (!condition) throw new Violation(otherwise);
}

/** Reads the store beside whoever writes it. @template T @param {string} project @param {(database: import("better-sqlite3").Database) => T} read */
export function inStore(project, read) {
  const database = sqlite.openSqlite(join(project, ".runa/store/runa.db"), { readonly: true });
  try {
    return read(database);
  } finally {
    database.close();
  }
}

/** The ids of every attempt there was. @returns {ReadonlySet<string>} */
export function attemptsOf(/** @type {string} */ project) {
  if (!existsSync(join(project, ".runa/store/runa.db"))) return new Set();
  return inStore(
    project,
    (database) => new Set(/** @type {string[]} */ (all(database, "SELECT id FROM attempt").map(({ id }) => id))),
  );
}

export function all(/** @type {import("better-sqlite3").Database} */ database, /** @type {string} */ sql) {
  return /** @type {Record<string, string>[]} */ (database.prepare(sql).all());
}

/**
 * At any moment: every artifact is whole, what a success delivered is there or was moved aside, no candidate was executed
 * twice at once, and the log tells of every end and delivery what the tables hold.
 */
export function examine(/** @type {string} */ project) {
  const overlap = join(project, "notes/overlap");
  require(!existsSync(overlap), `executed twice at once: ${existsSync(overlap) && readFileSync(overlap, "utf8")}`);
  for (const file of artifactsBelow(join(project, ".runa/workspace"))) readWhole(file);
  inStore(project, (database) => {
    // What the last success delivered of each instance, and the start of its attempt.
    const delivered = all(
      database,
      `SELECT artifact_type AS type, instance_id AS id, attempt.id AS attempt, max(attempt.started) AS started
       FROM delivery JOIN attempt ON attempt.id = delivery.attempt WHERE outcome = 'delivered' GROUP BY artifact_type, instance_id`,
    );
    const startOf = database.prepare("SELECT started FROM attempt WHERE id = ?").pluck();
    const movedBy = database
      .prepare(
        `SELECT attempt FROM event WHERE kind = 'superseded' AND body ->> 'artifact_type' = ? AND body ->> 'instance_id' = ?
         ORDER BY seq DESC LIMIT 1`,
      )
      .pluck();
    for (const { type, id, attempt, started } of delivered) {
      const here = join(project, ".runa/workspace", type ?? "", `${id}.json`);
      const aside = join(
        project,
        ".runa/workspace/.superseded",
        String(movedBy.get(type, id)),
        type ?? "",
        `${id}.json`,
      );
      const pending = all(database, "SELECT attempt FROM pending_operation").map((row) =>
        join(project, ".runa/workspace/.superseded", row.attempt ?? "", type ?? "", `${id}.json`),
      );
      const file = [here, ...pending, aside].find(existsSync);
      require(file !== undefined, `${type}/${id}, which ${attempt} delivered, is lost`);
      const { by } = readWhole(file);
      const since = startOf.get(by);
      require(Number(since) >= Number(started), `${type}/${id} is by ${by}, older than ${attempt}, which delivered it`);
    }
    const untold = all(
      database,
      `SELECT id FROM attempt WHERE ended IS NOT NULL AND NOT EXISTS (SELECT 1 FROM event
         WHERE event.attempt = attempt.id AND kind = 'attempt_ended' AND body ->> 'outcome' = outcome)
       UNION ALL SELECT attempt FROM delivery WHERE via = 'tool' AND NOT EXISTS (SELECT 1 FROM event
         WHERE event.attempt = delivery.attempt AND kind = 'delivery_accepted' AND body ->> 'artifact_type' = artifact_type
           AND body ->> 'instance_id' = instance_id AND body ->> 'content_hash' = content_hash)
       UNION ALL SELECT attempt FROM event WHERE kind IN ('attempt_ended', 'attempt_started') AND NOT EXISTS (
         SELECT 1 FROM attempt WHERE id = event.attempt AND (kind = 'attempt_started' OR outcome = body ->> 'outcome'))`,
    );
    require(untold.length === 0, `log and tables differ on ${untold.map(({ id }) => id).join(", ")}`);
  });
}

/** Once a run has ended by itself: nothing that belongs to an attempt runs, and no attempt of its is open. */
export function examineIdle(/** @type {string} */ project) {
  const left = processesOf(attemptsOf(project));
  require(left.length === 0, `left running: ${left.map(({ pid, role }) => `${role} ${pid}`).join(", ")}`);
  const open = inStore(project, (database) => all(database, "SELECT id FROM attempt WHERE ended IS NULL"));
  require(open.length === 0, `left open: ${open.map(({ id }) => id).join(", ")}`);
}

/** Once everything is done for a round's brief: what was owed is there, for this brief, and nothing half-written. */
export function examineComplete(/** @type {string} */ project, /** @type {number} */ round) {
  const workspace = join(project, ".runa/workspace");
  for (const protocol of protocolsOf(round)) {
    const { type } = deliveriesOf(protocol, round);
    const file = join(workspace, type, "o.json");
    require(existsSync(file), `${type} is missing`);
    const { round: made } = readWhole(file);
    require(made === round, `${type} was made for brief ${made}, not ${round}`);
  }
  const other = join(workspace, round % 2 === 0 ? "rework" : "approved", "o.json");
  require(!existsSync(other), `${other} was not superseded`);
  const litter = readdirSync(workspace, { recursive: true, encoding: "utf8" }).filter((name) => /\.runa-/.test(name));
  require(litter.length === 0, `left in the workspace: ${litter.join(", ")}`);
}

/** @returns {{ by: string, round: number }} */
function readWhole(/** @type {string} */ file) {
  const text = readFileSync(file, "utf8");
  try {
    const artifact = JSON.parse(text);
    if (artifact.body === BODY) return artifact;
  } catch {
    // Told below.
  }
  throw new Violation(`${file} is torn: ${text.length} characters, ${JSON.stringify(text.slice(0, 80))}`);
}

const WRITTEN_BY_RUNA = new RegExp(`^(?:${[...DECISIONS, RECORD].join("|")})/`);

function artifactsBelow(/** @type {string} */ directory) {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json") && !/(^|\/)\.[^/]*$/.test(name) && !WRITTEN_BY_RUNA.test(name))
    .map((name) => join(directory, name));
}
