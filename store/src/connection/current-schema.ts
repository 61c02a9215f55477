/**
 * What the migrations make: indexes, tables and triggers as SQLite keeps their statements, by kind and name. Written down
 * because opening a store compares with it, and neither a digest, which loads node:crypto, nor tables made in memory cost
 * as little as a comparison of texts.
 */
export const CURRENT_SCHEMA = `index attempt_of_candidate CREATE INDEX attempt_of_candidate ON attempt (work_unit, protocol, ended)
index attempt_open CREATE INDEX attempt_open ON attempt (started) WHERE ended IS NULL
index delivery_of_attempt CREATE INDEX delivery_of_attempt ON delivery (attempt)
index delivery_of_instance CREATE INDEX delivery_of_instance ON delivery (artifact_type, instance_id, at)
index event_of_attempt CREATE INDEX event_of_attempt ON event (attempt) WHERE attempt IS NOT NULL
index event_of_kind CREATE INDEX event_of_kind ON event (kind, seq) WHERE kind = 'methodology_changed' OR kind = 'decision' OR kind = 'audited' OR kind = 'gates_changed'
index event_of_record CREATE INDEX event_of_record ON event (body ->> 'instance_id', seq) WHERE kind = 'audited'
table artifact CREATE TABLE artifact (
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
  ) STRICT, WITHOUT ROWID
table attempt CREATE TABLE attempt (
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
    seen              TEXT,
    outputs_after     TEXT,
    server_started    INTEGER NOT NULL DEFAULT 0,
    calls_refused     INTEGER NOT NULL DEFAULT 0,
    last_refusal      TEXT,
    usage             TEXT
  , server_failure TEXT, last_call INTEGER, started_at INTEGER NOT NULL DEFAULT 0, place TEXT, accepted INTEGER) STRICT
table checkpoint CREATE TABLE checkpoint (seq INTEGER NOT NULL, section TEXT NOT NULL, event INTEGER NOT NULL, state BLOB NOT NULL, PRIMARY KEY (seq, section)) STRICT
table clock CREATE TABLE clock (one INTEGER PRIMARY KEY CHECK (one = 1), latest INTEGER NOT NULL, went_back INTEGER, reopened TEXT, pruned INTEGER, gaps TEXT, whole INTEGER) STRICT
table content CREATE TABLE content (hash TEXT PRIMARY KEY, at INTEGER, size INTEGER, bytes BLOB)
table delivery CREATE TABLE delivery (
    attempt       TEXT REFERENCES attempt (id),
    artifact_type TEXT NOT NULL,
    instance_id   TEXT NOT NULL,
    content_hash  TEXT NOT NULL,
    at            INTEGER NOT NULL,
    via           TEXT NOT NULL
  ) STRICT
table event CREATE TABLE event (
    seq     INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    kind    TEXT NOT NULL,
    attempt TEXT,
    body    TEXT NOT NULL,
    prev    TEXT NOT NULL,
    hash    TEXT NOT NULL
  ) STRICT
table given CREATE TABLE given (attempt TEXT PRIMARY KEY, inputs TEXT NOT NULL) STRICT
table lay_before CREATE TABLE lay_before (attempt TEXT PRIMARY KEY, instances TEXT NOT NULL) STRICT
table methodology CREATE TABLE methodology (file TEXT PRIMARY KEY, version TEXT NOT NULL, identities TEXT NOT NULL, content TEXT NOT NULL) STRICT
table pending_operation CREATE TABLE pending_operation (seq INTEGER PRIMARY KEY, kind, attempt, subject, UNIQUE (attempt, subject))
table removal CREATE TABLE removal (artifact_type TEXT NOT NULL, work_unit TEXT, at INTEGER NOT NULL) STRICT
table schema_check CREATE TABLE schema_check (file_hash TEXT PRIMARY KEY, validator TEXT NOT NULL, schema_hash TEXT NOT NULL) STRICT, WITHOUT ROWID
table withdrawal CREATE TABLE withdrawal (attempt, type, id, PRIMARY KEY (attempt, type, id)) WITHOUT ROWID
trigger event_is_final CREATE TRIGGER event_is_final BEFORE UPDATE ON event BEGIN SELECT raise(ABORT, 'the event log is only appended to'); END
trigger event_is_kept CREATE TRIGGER event_is_kept BEFORE DELETE ON event BEGIN SELECT raise(ABORT, 'the event log is only appended to'); END`;
