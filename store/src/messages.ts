// What the store says to people: one function for each message, by its subject. `docs/errors.md` is made from this file.

// Subject: The store

/** A command waited for its turn, and the other process did not let go. A command that hangs may be the holder: end it. */
export const storeLocked = (file: string, seconds: number): string =>
  `${file} was locked by another process for ${seconds} s: try again`;

/** The disk or the quota is full. Nothing of what was to be recorded was. */
export const storeDiskFull = (file: string): string =>
  `${file} could not be written: no space left on the device. Make room, and give the command again`;

/** The system refused the file. Its owner, its permissions and the file system that it lies on say why. */
export const storeUnusable = (file: string, reason: string, code: string): string =>
  `${file} could not be read or written: ${reason} (${code})`;

/** The store can be read and not written, as in a directory mounted for reading only. What only looks still answers. */
export const storeReadOnly = (file: string): string =>
  `${file} cannot be written, so nothing can be recorded: make it writable, or make room`;

/** Pages or records of the store are not as runa left them, as after a failing disk. The artifacts are files of their own. */
export const storeDamaged = (file: string): string =>
  `${file} is damaged: what runa remembers of earlier attempts is in doubt, no artifact is. \`runa scan --rebuild\` keeps what can still be read and reads the artifacts again`;

/** Something else than runa has changed how the store is built. Rebuilding carries over the rows, and nothing else. */
export const storeAltered = (file: string): string =>
  `${file} is damaged: its tables, indexes and triggers are not those that runa makes, so nothing in it can be relied on; no artifact is in doubt. \`runa scan --rebuild\` keeps what can still be read and reads the artifacts again`;

/** The store is there and may not be read by this user, or its disk fails. */
export const storeUnreadable = (file: string, reason: string): string =>
  `${file} cannot be read: ${reason}. Without what runa remembers nothing can be answered; no artifact is in doubt. Make it readable, and give the command again`;

/** Somebody removed or exchanged the store below a running command. */
export const storeGone = (file: string): string =>
  `${file} was deleted or replaced while this command was using it: what was recorded in it is lost, no artifact is. Nothing further is recorded; give the command again`;

/** A later runa has written this store. An older one cannot know what its records mean. */
export const storeTooNew = (found: number, known: number): string =>
  `the store was made by a newer runa (store version ${found}, this runa knows ${known}): use that one`;

/** Something lies in the way of the store's directory, such as a file of its name. */
export const storeDirectoryBlocked = (directory: string, reason: string): string =>
  `${directory} cannot hold the store: ${reason}. Move away what lies there`;

/** A directory, a pipe or a device lies where the database belongs. */
export const storeNoFile = (file: string): string => `${file} is not a file: move away what lies there`;

/** The project lies too deep in the file system for SQLite. */
export const storePathTooLong = (file: string, length: number, longest: number): string =>
  `${file} cannot be opened: its path is ${length} bytes long, and SQLite takes none that is longer than ${longest}. Move the project to a directory with a shorter path`;

/** A store that may only be read is answered from through a copy, and the copy found no place. `TMPDIR` names another. */
export const storeNoPlaceForCopy = (file: string, directory: string, reason: string): string =>
  `${file} cannot be written, and there is no place for a copy of it in ${directory}: ${reason}. Make room there, or set TMPDIR to a directory that can be written`;

/** Another runa recorded so much meanwhile that no whole copy could be taken. */
export const storeBusyForCopy = (file: string): string =>
  `${file} was written to all the time while it was read: try again`;

/** SQLite's driver for Node cannot be loaded, as after a change of Node's version. */
export const storeNoDriver = (reason: string, node: string, remedy: string): string =>
  `better-sqlite3, with which runa keeps its store, ${reason}; this is Node ${node}: ${remedy}`;

/** `runa scan --rebuild` found a process that uses the damaged store. */
export const rebuildHeldOpen = (file: string, pid: number): string =>
  `${file} is damaged and process ${pid} has it open: it would go on writing to what is put aside. Let it end, or end it, and try again`;

/** `runa scan --rebuild` keeps the damaged store beside the new one, and could not. Nothing was changed. */
export const rebuildNotKept = (file: string, aside: string, reason: string): string =>
  `${file} could not be kept as ${aside}: ${reason}. Make its directory writable, or make room, and try again`;

/** A content that is too long for a row of the store could not be written to its file. Nothing was recorded that rests on it. */
export const objectNotWritten = (file: string, reason: string): string =>
  `${file}, a content that is to be kept, could not be written: ${reason}. Mend that, or set keep = "none" in [history] of the config`;

/** An event of the log cannot be read. `runa log --verify` tells how much of the log is sound. */
export const eventDamaged = (event: number): string =>
  `event ${event} of the log was damaged: \`runa log --verify\` names the first such event, and \`runa scan --rebuild\` keeps what can still be read`;

// Subject: Deliveries that are refused

/** What was named to be confirmed or withdrawn is not among the artifacts of this work unit. `runa show TYPE` lists them. */
export const refusedNotThere = (type: string, instance: string): string =>
  `there is no '${type}' with instance_id '${instance}'`;

/** Only what is valid can be confirmed. */
export const refusedNotValid = (type: string, instance: string, status: string): string =>
  `'${type}' '${instance}' is ${status}: deliver a valid one instead`;

/** The file is another one than when the attempt looked, so the confirmation would be of something unseen. */
export const refusedChanged = (type: string, instance: string): string =>
  `'${type}' '${instance}' has changed on disk since this attempt began: deliver it instead`;

/** A server or an agent outlived its attempt. What it still has is for the next attempt, or for `runa deliver` by hand. */
export const refusedAttemptEnded = (attempt: string): string =>
  `attempt ${attempt} has ended: nothing more is delivered by it`;

/** The instance's name is taken by an artifact of another work unit. */
export const refusedOtherWorkUnit = (workUnit: string): string =>
  `an instance with that instance_id belongs to work unit '${workUnit}': choose another instance_id`;

/** The file system refused the artifact's file. Nothing was written. Mend what the message names and deliver it again. */
export const refusedNotWritten = (reason: string): string => `it could not be written: ${reason}`;

/** The file system refused to move the artifact's file aside. It stays where it is. */
export const refusedNotMoved = (reason: string): string => `it could not be moved: ${reason}`;

/** A file of that name lies there and may not be read, so whose it is cannot be told. */
export const refusedNotReadable = (reason: string): string => `what lies there cannot be read: ${reason}`;

/** A directory of the workspace was exchanged for something that leads elsewhere. */
export const unsafeLink = (directory: string): string =>
  `${directory} is a symbolic link or not a directory: nothing is written there; remove it`;

/** Something else lies where a directory belongs. */
export const unsafeDirectory = (directory: string): string =>
  `${directory} is not a directory: nothing is written there; remove it`;

// Subject: Schemas that cannot be used

/** `$schema` names a dialect of JSON Schema that runa cannot judge by. */
export const schemaUnknownDialect = (dialect: string, known: string): string =>
  `unknown dialect ${dialect}: use one of ${known}`;

/** The file holds JSON of another kind, such as a list or a text. */
export const schemaNoSchema = (): string => "a JSON Schema is an object, true or false";

/** The meta-schema of the dialect forbids something in the schema. */
export const schemaInvalid = (dialect: string, reason: string): string =>
  `not a valid JSON Schema of ${dialect}: ${reason}`;

/** The schema is none, and what is wrong with it cannot be told. `runa lint` often can. */
export const schemaInvalidSomewhere = (): string => "not a valid JSON Schema";

/** A reference is not written as a URI reference, for example with a space in it. */
export const schemaBadReference = (keyword: string, reference: string): string =>
  `${keyword} ${reference} is no valid reference`;

/** The schema calls itself what a dialect's own meta-schema is called. */
export const schemaTakenId = (id: string): string => `$id ${id} is a dialect's own: choose another`;

/** The schema refers to an address, and runa judges by nothing that it would have to fetch. */
export const schemaRemoteReference = (reference: string): string =>
  `remote $ref ${reference} is never fetched: put the schema under $defs and refer to it as "#/$defs/…"`;

/** The schema refers to a part of itself that is not there: mend the spelling, or add the part. */
export const schemaDeadReference = (reference: string): string => `$ref ${reference} names nothing in this schema`;

/** A `pattern` breaks the rules of regular expressions. The reason is that of the JavaScript engine. */
export const schemaBadPattern = (pattern: string, reason: string): string =>
  `${pattern} is no regular expression of ECMA-262 with the flag u: ${reason}`;

/** A schema inside the schema declares a dialect of its own. */
export const schemaInnerDialect = (dialect: string): string =>
  `a part of this schema cannot be of the dialect ${dialect}: leave it out`;

// Subject: Files that a person wrote

/** A pipe, a device or a socket lies in the place of a file that is to be read. Put a regular file there. */
export const sourceNoFile = (kind: string): string => `${kind}, not a file`;

/** The file is far longer than anything that people write. It may be another one than was meant. */
export const sourceTooLong = (most: number): string => `longer than ${most} MiB`;
