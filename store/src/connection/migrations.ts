/**
 * Fills the table of withdrawals from what the log tells: of a store that was made before there was the table. An event that
 * cannot be read, or tells of an attempt that is not known, tells of none.
 */
export const WITHDRAWALS_FROM_LOG = `INSERT OR IGNORE INTO withdrawal
    SELECT attempt, json_extract(body, '$.artifact_type'), json_extract(body, '$.instance_id') FROM event
    WHERE kind = 'withdrawn' AND attempt IN (SELECT id FROM attempt)
      AND CASE WHEN json_valid(body) THEN json_type(body, '$.artifact_type') = 'text' AND json_type(body, '$.instance_id') = 'text' END`;

/**
 * The store's tables, one migration a version; `user_version` counts those that were applied. A migration that has been
 * released is never changed. `artifact`, `schema_check` and `methodology` are an index over files: emptied, they are refilled
 * from them; `removal` goes with the first of them.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE clock (one INTEGER PRIMARY KEY CHECK (one = 1), latest INTEGER NOT NULL) STRICT;
  INSERT INTO clock VALUES (1, 0);

  CREATE TABLE artifact (
    artifact_type TEXT NOT NULL,
    instance_id   TEXT NOT NULL,
    status        TEXT NOT NULL,
    content_hash  TEXT NOT NULL,
    schema_hash   TEXT NOT NULL,
    work_unit     TEXT,
    last_modified INTEGER NOT NULL,
    delivered_at  INTEGER,
    violations    TEXT,
    stat          TEXT,
    mtime         TEXT,
    PRIMARY KEY (artifact_type, instance_id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE schema_check (file_hash TEXT PRIMARY KEY, validator TEXT NOT NULL, schema_hash TEXT NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE attempt (
    id                TEXT PRIMARY KEY,
    protocol          TEXT NOT NULL,
    work_unit         TEXT,
    argv              TEXT NOT NULL,
    owner             TEXT NOT NULL,
    agent             TEXT,
    started           INTEGER NOT NULL,
    fenced            INTEGER,
    ended             INTEGER,
    outcome           TEXT,
    detail            TEXT,
    fingerprint       TEXT NOT NULL,
    instructions_hash TEXT NOT NULL,
    inputs            TEXT NOT NULL,
    before            TEXT NOT NULL,
    seen              TEXT,
    outputs_after     TEXT,
    server_started    INTEGER NOT NULL DEFAULT 0,
    calls_refused     INTEGER NOT NULL DEFAULT 0,
    last_refusal      TEXT,
    usage             TEXT
  ) STRICT;
  CREATE INDEX attempt_of_candidate ON attempt (work_unit, protocol, ended);
  CREATE INDEX attempt_open ON attempt (started) WHERE ended IS NULL;

  CREATE TABLE delivery (
    attempt       TEXT REFERENCES attempt (id),
    artifact_type TEXT NOT NULL,
    instance_id   TEXT NOT NULL,
    content_hash  TEXT NOT NULL,
    at            INTEGER NOT NULL,
    via           TEXT NOT NULL
  ) STRICT;
  CREATE INDEX delivery_of_attempt ON delivery (attempt);
  CREATE INDEX delivery_of_instance ON delivery (artifact_type, instance_id, at);

  CREATE TABLE superseding (
    attempt       TEXT NOT NULL REFERENCES attempt (id),
    artifact_type TEXT NOT NULL,
    instance_id   TEXT NOT NULL,
    PRIMARY KEY (attempt, artifact_type, instance_id)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  ALTER TABLE attempt ADD COLUMN server_failure TEXT;
  ALTER TABLE attempt ADD COLUMN last_call INTEGER;

  ALTER TABLE superseding ADD COLUMN withdrawn INTEGER NOT NULL DEFAULT 0;

  CREATE TABLE methodology (file TEXT PRIMARY KEY, version TEXT NOT NULL, identities TEXT NOT NULL, content TEXT NOT NULL) STRICT;

  CREATE TABLE event (
    seq     INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    kind    TEXT NOT NULL,
    attempt TEXT,
    body    TEXT NOT NULL,
    prev    TEXT NOT NULL,
    hash    TEXT NOT NULL
  ) STRICT;
  CREATE INDEX event_of_attempt ON event (attempt) WHERE attempt IS NOT NULL;
  CREATE INDEX event_of_methodology ON event (kind, seq) WHERE kind = 'methodology_changed';
  CREATE TRIGGER event_is_kept BEFORE DELETE ON event BEGIN SELECT raise(ABORT, 'the event log is only appended to'); END;
  CREATE TRIGGER event_is_final BEFORE UPDATE ON event BEGIN SELECT raise(ABORT, 'the event log is only appended to'); END;
  `,
  `
  CREATE TABLE removal (artifact_type TEXT NOT NULL, work_unit TEXT, at INTEGER NOT NULL) STRICT;
  ALTER TABLE attempt ADD COLUMN started_at INTEGER NOT NULL DEFAULT 0;
  UPDATE attempt SET started_at = started;

  ALTER TABLE clock ADD COLUMN went_back INTEGER;
  `,
  // So short that all definitions still fit into the first page of the database: were there a second one, damage in it would
  // lose everything, since nothing can be read without them.
  `
  CREATE TABLE withdrawal (attempt, type, id, PRIMARY KEY (attempt, type, id)) WITHOUT ROWID;
  ${WITHDRAWALS_FROM_LOG};
  `,
  // The old table goes before anything is added, for the same reason.
  `
  CREATE TEMP TABLE superseded AS SELECT * FROM superseding;
  DROP TABLE superseding;
  CREATE TABLE pending_operation (seq INTEGER PRIMARY KEY, kind, attempt, subject, UNIQUE (attempt, subject));
  INSERT INTO pending_operation (kind, attempt, subject)
    SELECT iif(withdrawn = 1, 'withdraw', 'supersede'), attempt, json_object('type', artifact_type, 'id', instance_id)
    FROM temp.superseded;
  DROP TABLE temp.superseded;
  ALTER TABLE attempt ADD COLUMN place TEXT;
  `,
  // Columns, for the same reason: of what a person decided there is little.
  `
  ALTER TABLE attempt ADD COLUMN accepted INTEGER;
  ALTER TABLE clock ADD COLUMN reopened TEXT;
  `,
  `
  CREATE TABLE given (attempt TEXT PRIMARY KEY, inputs TEXT NOT NULL) STRICT;
  CREATE TABLE lay_before (attempt TEXT PRIMARY KEY, instances TEXT NOT NULL) STRICT;
  INSERT INTO given SELECT id, inputs FROM attempt;
  INSERT INTO lay_before SELECT id, before FROM attempt WHERE ended IS NULL;
  ALTER TABLE attempt DROP COLUMN inputs;
  ALTER TABLE attempt DROP COLUMN before;
  `,
  `
  CREATE TABLE content (hash TEXT PRIMARY KEY, at INTEGER, size INTEGER, bytes BLOB);
  ALTER TABLE clock ADD COLUMN pruned INTEGER;
  `,
  // Joined by OR, as SQLite does not see that a query for one kind is a part of those IN a list.
  `
  DROP INDEX event_of_methodology;
  CREATE INDEX event_of_kind ON event (kind, seq) WHERE kind = 'methodology_changed' OR kind = 'decision' OR kind = 'audited';
  `,
  "CREATE INDEX event_of_record ON event (body ->> 'instance_id', seq) WHERE kind = 'audited';",
  `
  ALTER TABLE clock ADD COLUMN gaps TEXT;
  ALTER TABLE clock ADD COLUMN whole INTEGER;
  UPDATE clock SET whole = 1 WHERE latest = 0 AND (SELECT count(*) FROM event) = 0;
  CREATE TABLE checkpoint (seq INTEGER NOT NULL, section TEXT NOT NULL, event INTEGER NOT NULL, state BLOB NOT NULL, PRIMARY KEY (seq, section)) STRICT;
  `,
  // With the gates that the last run went by, which each run asks for.
  `
  DROP INDEX event_of_kind;
  CREATE INDEX event_of_kind ON event (kind, seq) WHERE kind = 'methodology_changed' OR kind = 'decision' OR kind = 'audited' OR kind = 'gates_changed';
  `,
];
