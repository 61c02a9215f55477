// What the engine says to people: one function for each message, by its subject. `docs/errors.md` is made from this file.

// Subject: The project

/** No directory from here upwards holds a project. Change to one, or make one. */
export const noProject = (directory: string): string =>
  `no runa project in ${directory} or above it: make one with \`runa init --methodology PATH\``;

/** There is a project, and neither it nor the user has a config. */
export const noConfig = (root: string): string =>
  `no config found for the project in ${root}: run \`runa init --methodology PATH\` there`;

/** The config was written by hand, or lost a line. */
export const noMethodology = (file: string): string =>
  `${file} names no methodology: set methodology_path, or run \`runa init --methodology PATH\``;

/** `--config` was given an empty value, as when a variable in a script is not set. */
export const configOptionEmpty = (): string => "--config is empty: name a file, or leave it out";

/** `--artifacts-dir` was given an empty value. */
export const artifactsOptionEmpty = (): string => "--artifacts-dir is empty: name a directory, or leave it out";

/** `--config` or `RUNA_CONFIG` leads nowhere, or to something that is no file. */
export const overrideUnreadable = (source: string, file: string, reason: string): string =>
  `${source} names ${file}, which is not a file that can be read (${reason}): correct the path`;

/** `runa init` changes a config that is there by the line, and cannot where its TOML is too unusual for that. */
export const configNotEdited = (file: string): string =>
  `${file} could not be edited: rewrite it more simply, or set methodology_path in it yourself`;

/** The system refused a directory or a file of the new project. What is in brackets is where. */
export const projectNotMade = (root: string, reason: string, path: string): string =>
  `the project could not be made in ${root}: ${reason} (${path})`;

/** The store was deleted, or the project was copied or cloned without it. */
export const storeMissing = (directory: string): string =>
  `${directory} holds no store: it was deleted, or this is a fresh copy of the project. What runa remembers of earlier attempts is lost with it, no artifact is. \`runa scan --rebuild\` makes a new one and reads the artifacts again`;

/** A file of the methodology was written to while a command read it. Nothing was recorded of a mixture. */
export const changedWhileUsed = (file: string, how: string): string =>
  `${file} changed while this command was using it (${how}): give the command again`;

/** An agent called a command that executes or decides, in its own environment or below its own process. */
export const insideAttempt = (attempt: string, protocol: string, root: string): string =>
  `this is inside attempt ${attempt} of protocol '${protocol}' of the same project (${root}): an agent delivers by its tools, and what is executed, approved, rejected, reopened or accepted is decided outside, by people. \`runa state\`, \`scan\`, \`list\` and dry runs answer here`;

/** The directory in which the artifacts lie by default has gone, or may not be read, though artifacts of it are known. */
export const workspaceUnreadable = (directory: string, reason: string, config: string): string =>
  `the workspace cannot be read: ${directory}: ${reason}. Put it back, or point artifacts_dir in ${config} (or --artifacts-dir) at it`;

/** The directory that the command line or the environment names for the artifacts is not the one that is known. */
export const artifactsOptionUnreadable = (directory: string, reason: string): string =>
  `the workspace cannot be read: ${directory}: ${reason}. Put it back, or correct --artifacts-dir (or RUNA_ARTIFACTS_DIR)`;

/** A command that only people give was given inside an attempt of another project, or in what one left running. */
export const decidingInsideAttempt = (attempt: string): string =>
  `this is inside an attempt (RUNA_ATTEMPT is ${attempt}): decisions are made by people, outside`;

// Subject: The config

/** The config is there and cannot be read. Mend what the reason says, or name another file with `--config`. */
export const configUnreadable = (reason: string): string => `the config cannot be read: ${reason}`;

/** The methodology was moved, or the project was and its config holds an absolute path. */
export const methodologyMoved = (manifest: string, reason: string): string =>
  `'methodology_path' names ${manifest}, which cannot be read (${reason}): correct it, or run \`runa init --methodology PATH\``;

/** The workspace was moved, or the project was and its config holds an absolute path. */
export const artifactsMoved = (directory: string, reason: string): string =>
  `the workspace cannot be read: 'artifacts_dir' names ${directory} (${reason}). Put it back, or correct this line`;

/** A table `[protocols.NAME]` is of no protocol, so that nothing would use it. */
export const configUnknownProtocol = (name: string, hint: string): string =>
  `the methodology has no protocol '${name}'${hint}`;

// Subject: The manifest and the files that it names

/** The path of the methodology leads to no manifest, or to one that may not be read. */
export const manifestUnreadable = (reason: string): string =>
  `the methodology's manifest cannot be read: ${reason}; name a manifest.toml, or the directory that holds it`;

/** A methodology needs artifact types and protocols. */
export const nothingDeclared = (key: string, hint: string): string =>
  `the manifest declares no [[${key}]]: it needs at least one${hint}`;

/** A name would lead out of its directory, or cannot be typed. */
export const unsafeName = (what: string, name: string, reason: string, use: string): string =>
  `${what} name ${name} ${reason}: ${use}`;

/** Two entries have the same name, so that nothing could tell them apart. */
export const declaredTwice = (what: string, name: string): string =>
  `${what} '${name}' is declared twice: rename one, or take it out`;

/** Two protocols list the same type in `produces`, and neither could be held to it. */
export const producedTwice = (type: string, owner: string, other: string): string =>
  `'${type}' is produced by '${owner}' and by '${other}': one protocol owns a type; the other may list it in 'may_produce'`;

/** A group of alternatives lists something else than names. */
export const membersNoNames = (): string => "'members' must hold artifact type names only";

/** A group of alternatives leaves nothing to choose. */
export const choiceTooSmall = (choice: string): string =>
  `choice group '${choice}' needs at least two members: an output without alternative belongs in 'produces'`;

/** A group of alternatives names a type that is not declared: mend the spelling, or declare the type. */
export const choiceUndeclared = (choice: string, member: string, hint: string): string =>
  `choice group '${choice}' names '${member}', which is not a declared artifact type${hint}`;

/** A type would be owed in two ways at once: take it out of one of the two. */
export const choiceTaken = (member: string, choice: string, holder: string): string =>
  `'${member}' cannot be a member of choice group '${choice}': it is in ${holder} already`;

/** A trigger is written as an inline table, `{ type = "…" }`. */
export const triggerNoTable = (found: string): string => `a trigger must be a table, not ${found}`;

/** A trigger is of no type that runa knows. */
export const unknownTrigger = (type: string, known: string, hint: string): string =>
  `unknown trigger type '${type}': use one of ${known}${hint}`;

/** The file `schemas/TYPE.schema.json` of a declared type is missing, or may not be read. */
export const schemaFileUnreadable = (type: string, reason: string): string =>
  `schema of artifact type '${type}' cannot be read: ${reason}`;

/** The file of a schema breaks the rules of JSON at the place shown. */
export const schemaFileNotJson = (type: string, reason: string): string => `schema of '${type}' is not JSON: ${reason}`;

/** The file of a schema is JSON and no schema that runa can judge by. The section on schemas below has each reason. */
export const schemaFileUnusable = (type: string, reason: string): string => `schema of '${type}': ${reason}`;

/** The file `protocols/PROTOCOL/PROTOCOL.md` is missing, or may not be read. */
export const instructionsUnreadable = (protocol: string, reason: string): string =>
  `the instructions of protocol '${protocol}' cannot be read: ${reason}`;

/** An output of a protocol that has no work unit would have to name one. */
export const workUnitRequired = (protocol: string, type: string): string =>
  `protocol '${protocol}' is not scoped, but the schema of its output '${type}' requires 'work_unit': set scoped = true or make the property optional`;

/** The key `x-runa` of a schema says that a type is of a kind that runa does not know. */
export const annotationKind = (kind: string, known: string, hint: string): string =>
  `unknown kind '${kind}' in 'x-runa': use one of ${known}${hint}`;

/** A decision type is of a type that the manifest does not have: mend the spelling, or declare the type. */
export const decidedTypeUndeclared = (type: string, hint: string): string =>
  `'of' names '${type}', which is not a declared artifact type${hint}`;

/** Approvals and rejections are of work. What people decided, and what runa recorded, is not decided on again. */
export const decidedTypeIsNoWork = (type: string, kind: string): string =>
  `'of' names '${type}', which is of kind ${kind} itself: name a type that protocols or people deliver`;

/** A type has as many approval types as it needs, and one rejection type, so that it is plain which one a rejection is. */
export const rejectionTypeTwice = (type: string, other: string): string =>
  `'${type}' has a rejection type already, '${other}': keep one of them`;

/** The schema of a decision or audit type has no room for what runa writes into each of its instances. */
export const basePropertyRefused = (property: string, keyword: string): string =>
  property === ""
    ? `runa writes an object, and '${keyword}' refuses one`
    : `runa fills in '${property}', and '${keyword}' refuses it: allow the property`;

/** An agent would be offered a tool for what only people, or runa itself, may write. */
export const outputNotOffered = (protocol: string, type: string, kind: string, key: string): string =>
  `protocol '${protocol}' names '${type}' in '${key}', but it is of kind ${kind}, which no agent may write: take it out`;

/** A broken decision or record is no work that an agent could mend. */
export const brokenDecisionTrigger = (protocol: string, type: string, kind: string): string =>
  `the trigger of protocol '${protocol}' names '${type}' in on_invalid, but it is of kind ${kind}, which no agent can mend: take it out`;

// Subject: Keys and values of the manifest and the config

/** A key is misspelt, or stands where it has no meaning. */
export const unknownKey = (key: string, what: string, hint: string): string => `unknown key '${key}' in ${what}${hint}`;

/** A key that has to be there is not. */
export const keyMissing = (owner: string, key: string, remedy: string): string => `${owner} has no '${key}': ${remedy}`;

/** A key has a value of another kind, or beyond its limits. */
export const wrongValue = (key: string, form: string, found: string): string =>
  `'${key}' must be ${form}, not ${found}`;

/** One entry of a list is of another kind. */
export const wrongEntry = (key: string, form: string, found: string): string =>
  `each of '${key}' must be ${form}, not ${found}`;

/** One name in a list is none. */
export const wrongNames = (key: string, names: string, found: string): string =>
  `'${key}' must hold ${names}, not ${found}`;

/** A text is needed and there is none. Give one, or take the key out. */
export const emptyValue = (key: string): string => `'${key}' is empty or holds a NUL character`;

/** The lock file has to go where the project goes. */
export const wrongLockfile = (problem: string, found: string): string => `'lockfile' ${problem}, not ${found}`;

/** A protocol is bound to a named agent that the config does not have: add its table, or mend the name. */
export const unknownAgentTable = (name: string, table: string, hint: string): string =>
  `'agent' names ${name}, but there is no ${table}${hint}`;

/** A word of an agent's command is a number, say. Put it in quotes. */
export const commandNoStrings = (): string => "'command' must hold strings only, none with a NUL character";

/** An agent's command names no program. */
export const commandEmpty = (): string =>
  '\'command\' is empty: name the program that is the agent, e.g. ["runa-agent", "rehearse"]';

// Subject: Test cases

/** A file in `tests/` holds no `[[case]]`, or its first one is misspelt. */
export const caseNoCases = (): string => "the file holds no case: begin each with [[case]] and a name";

/** Two cases of a file have the same name, so that nothing could tell their results apart. */
export const caseTwice = (name: string): string => `there is a case '${name}' already: give this one another name`;

/** A case that expects nothing cannot fail. */
export const caseNothingExpected = (): string =>
  "the case expects nothing: say under 'expect' what is to come of it, e.g. expect.status.review = \"ready\"";

/** Only a run executes something, and ends. */
export const caseEndWithoutRun = (key: string): string =>
  `'${key}' is what comes of a run, and this step has none: set run = true`;

/** A protocol is looked at in the scope of a step, which is not its own. */
export const caseOtherScope = (protocol: string, scoped: boolean): string =>
  scoped
    ? `'${protocol}' is scoped: give the step a work_unit`
    : `'${protocol}' is not scoped: leave work_unit out of the step`;

/** No protocol of the methodology is executed for a work unit. */
export const caseUnitUseless = (): string =>
  "no protocol of the methodology is scoped: leave 'work_unit' out of the step";

/** A case names an artifact type that the methodology does not declare. */
export const caseUnknownType = (type: string, hint: string): string =>
  `the methodology declares no artifact type '${type}'${hint}`;

/** A case names a protocol that the methodology does not declare. */
export const caseUnknownProtocol = (name: string, hint: string): string =>
  `the methodology declares no protocol '${name}'${hint}`;

/** An id of a case could not be the name of a file. */
export const caseIdUnusable = (id: string, problem: string): string =>
  `the id '${id}' cannot be that of an artifact: ${problem}`;

/** A case expects something by a word that there is not. */
export const caseUnknownWord = (key: string, known: string, found: string, hint: string): string =>
  `'${key}' must be one of ${known}, not ${found}${hint}`;

/** A file that a case names as an artifact is not there, or may not be read. It is looked for from the case's file. */
export const caseFileUnreadable = (name: string, reason: string): string =>
  `the artifact '${name}' cannot be read: ${reason}; the path counts from this file`;

/** A number of TOML is one that JSON does not keep: an infinite one, or one with too many digits. Put the artifact into a file of its own. */
export const caseNumberUnkept = (): string => "JSON does not keep this number: put the artifact into a file of its own";

/** A decision of a case does not say what is decided, or says it twice. */
export const caseDecisionVerb = (verbs: string): string =>
  `a decision names what it is on in exactly one of ${verbs}, e.g. approve = "design/d1"`;

/** A case decides on what nobody can decide on: no schema is annotated with such a decision of the type. */
export const caseNothingDecides = (type: string, what: string): string =>
  `the methodology has no ${what} type of '${type}': its schema would say so in x-runa`;

/** A type can be approved in more than one way. */
export const caseWhichApproval = (type: string, known: string): string =>
  `'${type}' has several approval types: say in 'as' which of ${known} is meant`;

/** A case names an approval type that is not one of what is approved. */
export const caseNoDecision = (as: string, type: string, hint: string): string =>
  `'${as}' is no approval type of '${type}'${hint}`;

/** The people of a case are names with lists of roles. */
export const caseRolesNoList = (name: string): string =>
  `'${name}' must be a list of roles, such as ["security"], or [] for none`;

/** A decision of a case could not be made: there is nothing to decide on, or it breaks its own schema. */
export const caseNotDecided = (verdict: string, subject: string, by: string, why: string): string =>
  `${by} could not have ${verdict} ${subject}: ${why}`;

/** Nothing could be made of a type's schema. */
export const caseNothingMade = (type: string, reason: string): string =>
  `nothing could be made that the schema of '${type}' allows (${reason}): give the artifact itself`;

/** A file in `tests/` may not be read. Mend what the reason says. */
export const caseFileUnusable = (reason: string): string => `the cases cannot be read: ${reason}`;

/** There is no place for the project that is thrown away. Make room, or set TMPDIR to a directory with room. */
export const throwawayNotMade = (reason: string): string =>
  `no directory could be made for a project to be thrown away: ${reason}`;

/** The project could not be copied for a rehearsal. Make room, or set TMPDIR to a directory with room. */
export const copyNotMade = (reason: string): string => `the project could not be copied for a rehearsal: ${reason}`;

/** `runa test` was told a methodology that has no cases. */
export const noCaseFiles = (directory: string): string =>
  `no cases found: put them into files ${directory}/*.toml, see \`runa test --help\``;

// Subject: The lock file

/** A symbolic link lies at the place of the lock file. Through it another file would be written. */
export const lockLink = (): string =>
  "the lock file cannot be used: it is a symbolic link, which is not followed: put the file itself here";

/** A directory, a pipe or a device lies at the place of the lock file. */
export const lockNoFile = (): string =>
  "the lock file cannot be used: it is no regular file: move it away, or name another lockfile in the config";

/** The directory that the lock file is to lie in is missing, or may not be entered. */
export const lockDirectoryMissing = (reason: string): string =>
  `the lock file cannot be used: its directory cannot be reached (${reason}): make it, or correct lockfile in [history]`;

/** A directory on the way to the lock file is a link out of the project. */
export const lockOutside = (): string =>
  "the lock file cannot be used: a link leads to it out of the project: name a file inside it";

/** The lock file is far longer than any that runa writes. */
export const lockTooLong = (most: number): string =>
  `the lock file cannot be used: it is longer than ${most} MiB: delete it, and \`runa scan\` writes it anew`;

/** The lock file is there and this user may not read it. */
export const lockUnreadable = (reason: string): string => `the lock file cannot be read (${reason}): make it readable`;

/** Git could not join two lock files by itself. */
export const lockMergeMarkers = (lines: string): string =>
  `a merge left its markers in ${lines}: keep of each output the line that goes with the files you kept, or delete these lines, and \`runa scan\` writes what is known here`;

/** Another file lies at the place of the lock file. */
export const lockForeign = (): string =>
  "this is no lock file of runa, and is not overwritten: delete it, or name another lockfile in the config";

/** A later runa has written the lock file. */
export const lockTooNew = (version: number, known: number): string =>
  `the lock file has version ${version}, and this runa reads version ${known}: use a newer runa`;

/** Somebody has edited the line, or a merge has joined two. The other lines are believed all the same. */
export const lockLineUnusable = (reason: string): string =>
  `this line of the lock file cannot be used, ${reason}: delete it, or the whole file, and \`runa scan\` writes what is known here`;

/** Only the first lines that cannot be used are told one by one. Mend these first. */
export const lockMoreLines = (number: number): string => `${number} more lines cannot be used`;

/** Something was done without the lock file being written, as by another tool or before it was set up. */
export const lockBehind = (): string =>
  "the lock file says something else than is known here: `runa scan` brings it up to date";

/** The system refused the lock file. What was done is recorded in the store all the same. */
export const lockNotWritten = (file: string, reason: string): string =>
  `${file} could not be written (${reason}): \`runa scan\` writes it when that is mended`;

// Subject: People

/** The file that the config names as `people` is not there, or may not be read. Nobody's decision counts without it. */
export const peopleUnreadable = (file: string, reason: string): string =>
  `'people' names ${file}, which cannot be read (${reason}): correct it, or put the file back`;

/** The user's own `approvals.toml` is there and may not be read. What it demands cannot be left out. */
export const ownApprovalsUnreadable = (reason: string): string => `the user's own approvals cannot be read: ${reason}`;

/** Signatures are verified with the keys of people, and the config names no file of them. */
export const requiredWithoutPeople = (): string =>
  "'required' is true and no 'people' are named: signatures count by the keys of people";

/** The user's own `approvals.toml` narrows the project's people. A path in it could lead to where an agent writes. */
export const peopleNoPath = (): string =>
  "'people' must be tables here, written [people.NAME], not a path: a file that is named could be one that agents write";

/** The name of a person is shown, typed and compared. */
export const personName = (found: string): string =>
  `the name ${found} is not usable: letters, digits and '._@+-', with single blanks between, at most 64 characters`;

/** Two people have the same name in git, so a decision could be either's. */
export const gitNameTaken = (name: string, other: string): string =>
  `the git name ${name} is ${other}'s already: each belongs to one person`;

/** Two people have the same key, or one has it twice, so a signature could be either's. */
export const keyTaken = (fingerprint: string, other: string): string =>
  `the key ${fingerprint} is ${other}'s already: each belongs to one person, once`;

/** A key of a person is none that is taken. The section on keys below has each reason. */
export const keyUnusable = (problem: string): string => `the key ${problem}`;

/** A key's time ends before it begins. */
export const windowEmpty = (): string => "'valid_before' must be later than 'valid_after'";

/** A date such as the 30th of February. */
export const noSuchDay = (day: string): string => `there is no ${day}: correct the date`;

/** A right of a person is none. */
export const mayUnknown = (found: string, known: string, hint: string): string =>
  `'may' holds ${found}: use ${known}${hint}`;

/** An approval takes several people, and anybody may take several names where no people are named. */
export const approvalNobodyNamed = (type: string, min: number): string =>
  `'${type}' takes ${min} people, and no people are named, so that one could take ${min} names: name them with [approvals] people`;

/** An approval takes several people, and without signatures whoever has the user's rights can take the name of each. */
export const approvalUnsigned = (type: string, min: number): string =>
  `'${type}' takes ${min} people, and decisions are not signed, so that one could take ${min} names: set [approvals] required = true`;

/** Fewer people than an approval takes could give it, so what it is for would wait for ever. */
export const approvalImpossible = (type: string, who: string, able: number): string =>
  `'${type}' takes ${who}, of whom there are ${able}: nothing can be approved by it`;

/** The key that git signs with lies there without a passphrase. An agent that runs as the same user can sign with it. */
export const keyWithoutPassphrase = (fingerprint: string): string =>
  `the key ${fingerprint}, which git signs with, has no passphrase: whoever has your rights, as agents have, can sign with it. Give it one with \`ssh-keygen -p\`, or use a hardware key`;

/** An agent of SSH's holds the key that git signs with. An agent that runs as the same user can find its socket. */
export const keyInAgent = (fingerprint: string): string =>
  `the key ${fingerprint}, which git signs with, is held by an ssh-agent: whoever has your rights, as agents have, can have it sign, unless it was added with \`ssh-add -c\`, which asks each time`;

// Subject: Keys and signatures

/** A key of a person is of a type that is not taken: DSA keys and those of other programs. */
export const keyTypeUnknown = (type: string): string => `is of the type '${type}', which is not taken`;

/** Before the key stand options, as `authorized_keys` and `allowed_signers` have them. They would have no effect here. */
export const keyHasOptions = (): string => "has options before its type: leave them out";

/** A certificate, or the authority that signs them, would let in whoever the authority lets in. */
export const keyIsCertificate = (): string => "is a certificate or a certificate authority: give the person's own key";

/** The file of a private key was copied in place of the one that ends in `.pub`. Make a new key if others saw it. */
export const keyIsPrivate = (): string =>
  "is a private key: give the line in the file that ends in .pub, and keep this one to yourself";

/** What should be one line of a `.pub` file is something else. */
export const keyNotOne = (): string => "is more than one line: give one key";

/** The part behind the type is cut off or was changed. Copy the line of the `.pub` file again. */
export const keyNoBase64 = (type: string): string =>
  `has no base64 behind '${type}' that could be a key: copy the whole line`;

/** The part behind the type is no key of that type. Copy the line of the `.pub` file again. */
export const keyWrongBytes = (type: string, reason: string): string => `is no key of the type '${type}': ${reason}`;

/** An RSA key this short can be broken. */
export const keyTooWeak = (bits: number, least: number): string => `has ${bits} bits: RSA keys need ${least} or more`;

/** An RSA key this long would take too long to verify with. */
export const keyTooLong = (bits: number, most: number): string => `has ${bits} bits: RSA keys have ${most} at most`;

// Subject: Signatures of decisions

/** Only signed decisions count, and this one is not. Make it again with a key that is named for the person. */
export const notSigned = (): string => "it carries no signature";

/** The signature was cut off or changed, or is of a kind that is not taken. */
export const signatureUnreadable = (why: string): string => `its signature is not taken: ${why}`;

/** A signature over something else, as of a commit, was put into a decision. */
export const signatureOtherUse = (namespace: string): string =>
  `its signature was made for '${namespace}', not for a decision`;

/** Whoever signed is not among the people, or signed with another key than theirs. */
export const signatureUnknownKey = (fingerprint: string): string =>
  `it is signed with ${fingerprint}, which is the key of none of the people`;

/** The key was taken out of use, or not in use yet, when the decision was made. */
export const signatureKeyNotValid = (person: string, fingerprint: string, window: string, at: string): string =>
  `it is signed with ${fingerprint}, which is ${person}'s ${window} only, and it was made at ${at}`;

/** A decision names one person, or one key, and is signed by another. */
export const signatureOtherPerson = (person: string, fingerprint: string): string =>
  `it is signed by ${person} with ${fingerprint}, and names another`;

/** The decision was changed after it was signed, or the signature is taken from another one. */
export const signatureForged = (): string => "its signature is not of this content: it was changed after it was signed";

/** A hardware key was used by a program that did not ask for a touch. Sign again, and touch the key. */
export const signatureUntouched = (): string => "its signature was made without a touch of the hardware key";

// Subject: Signing

/** `--key`, or git's `user.signingkey`, names something that cannot be signed with. `place` is the file. */
export const signingKeyUnusable = (source: string, place: string, problem: string): string =>
  `the key that ${source} names${place} ${problem}`;

/** Signatures are required and there is no key. */
export const deciderNoKey = (): string =>
  "decisions are signed here, and there is no key: give --key FILE, or set git's gpg.format to ssh and user.signingkey to your key";

/** The key is none of those in the file of people. */
export const deciderKeyNobodys = (fingerprint: string): string =>
  `the key ${fingerprint} is the key of none of the people: sign with another, or have it added to the file of people`;

/** The key was taken out of use, or is not in use yet. */
export const deciderKeyNotValid = (person: string, fingerprint: string): string =>
  `the key ${fingerprint} is ${person}'s and not valid now: sign with another, or have its times changed in the file of people`;

/** Who decides is known by git's name for them, and it has none. */
export const deciderNoGitName = (): string =>
  "nobody is known to decide: set git's user.name (`git config --global user.name NAME`)";

/** The name that git has is none of those in the file of people. */
export const deciderUnknown = (name: string): string =>
  `git's user.name is '${name}', which is the name of none of the people: correct it, or have it added to the file of people`;

/** OpenSSH's client programs make the signatures. */
export const signingNoProgram = (): string => "ssh-keygen was not found: install OpenSSH's client programs";

/** The passphrase was wrong, or there is no terminal to ask for it on. */
export const signingWrongPassphrase = (key: string): string =>
  `nothing was signed with ${key}: the passphrase is wrong, or could not be asked for. Give the command on a terminal, or add the key to an agent with ssh-add`;

/** Whoever was asked by the agent did not confirm, or the agent is locked. */
export const signingRefused = (key: string): string =>
  `nothing was signed with ${key}: the agent refused. Confirm when it asks, or unlock it`;

/** Git names a public key alone, and the agent that should hold it does not, or is not there. */
export const signingAgentLacksKey = (key: string): string =>
  `nothing was signed with ${key}: no agent holds it. Start one, and add the key with ssh-add`;

/** A `.pub` file was named, and neither an agent nor a file beside it has the private key. */
export const signingNoPrivateKey = (key: string): string =>
  `nothing was signed with ${key}: neither an agent nor a file beside it has the private key. Add it with ssh-add, or name another`;

/** A `.pub` file stands beside the private key of another. */
export const signingOtherKey = (fingerprint: string): string =>
  `the signature is not by ${fingerprint}: the .pub file beside the private key is another's. Make it anew with \`ssh-keygen -y\``;

/** ssh-keygen said why. */
export const signingFailed = (reason: string): string => `ssh-keygen did not sign: ${reason}`;

// Subject: TOML files

/** The manifest or the config is written in another encoding. */
export const tomlNotUtf8 = (): string => "not valid UTF-8: save the file as UTF-8";

/** Tables or lists stand in one another far deeper than anything that runa reads. */
export const tomlTooDeep = (levels: number): string => `nested over ${levels} levels: write it flatter`;

/** The file breaks TOML's own rules at the place shown. */
export const notToml = (reason: string): string => `not TOML: ${reason}`;

// Subject: Protocols, types and instances that are named

/** A command names a protocol that the methodology does not have. */
export const unknownProtocol = (methodology: string, name: string, hint: string): string =>
  `methodology '${methodology}' has no protocol '${name}'${hint}`;

/** A command names an artifact type that the methodology does not have. */
export const unknownType = (methodology: string, name: string, hint: string): string =>
  `methodology '${methodology}' has no artifact type '${name}'${hint}`;

/** A scoped protocol does its work once for each work unit, and none was given. `runa list` shows the work units. */
export const scopedNeedsUnit = (name: string): string =>
  `protocol '${name}' is scoped: say for which work unit, with --work-unit ID`;

/** A protocol that does its work once for the whole project was named together with a work unit. */
export const unscopedTakesNoUnit = (name: string): string => `protocol '${name}' is not scoped: leave --work-unit out`;

/** `runa show` names an instance of a type of which there is none yet. `runa explain` says who could make one. */
export const noInstanceOfType = (instance: string, type: string): string =>
  `there is no '${instance}' of type '${type}', nor any other`;

/** `runa show` names an instance that there is not. */
export const unknownInstance = (instance: string, type: string, hint: string): string =>
  `there is no '${instance}' of type '${type}'${hint} \`runa show ${type}\` lists those that there are`;

/** Each time that the instance was read, it had changed since the scan. */
export const instanceKeepsChanging = (type: string, instance: string): string =>
  `${type}/${instance} is being written again and again: look once more when that has ended`;

/** An input was written to between the scan and the prompt that was to show it. */
export const inputChangedForPrompt = (): string => "an input was changed while the prompt was made: try again";

// Subject: What was there before

/** A project is shown as it was at one moment: after an event, or at a time. A content or an attempt is none. */
export const notOneMoment = (): string =>
  'what was is asked of one moment: an event of the log such as "#12", how long ago such as "2h" or "7d", or a time such as "2026-01-31 09:30:00"';

/** An older runa wrote less into its events than it takes to say what was. `runa log --verify --fold` says from which event on the log is whole. */
export const logTellsTooLittle = (seq: number, event: number, wholeFrom: number | null): string =>
  `what was after event ${seq} cannot be told: event ${event} holds too little${wholeFrom === null ? "" : `; the log is whole from event ${wholeFrom} on`}`;

/** The log does not tell which methodology the project had then: it was opened with none, or by an older runa. */
export const methodologyNotTold = (seq: number): string =>
  `what was after event ${seq} cannot be judged: the log tells of no methodology up to it`;

/** What was is judged by the methodology of then, and that is no longer kept: `[history] keep` says for how long it is, `runa forget` erases it. */
export const methodologyNotKept = (event: number, what: string, forgotten: boolean): string =>
  `what was then cannot be judged: ${what} of the methodology of event ${event} ${forgotten ? "was forgotten" : "is not kept"}`;

/** `--at`, `--from` or `--to` names an event that the log does not have yet. */
export const eventNotThere = (event: number, last: number): string =>
  `there is no event ${event}: the log ends with event ${last}`;

/** The log does not tell that the instance was there at that time. A scan that found very many at once lists only some of them. */
export const noInstanceThen = (instance: string, type: string, when: string, hint: string): string =>
  `the log tells of no '${instance}' of type '${type}' ${when}${hint}`;

/** No content is kept whose hash begins so. It may never have been kept, or be gone by now; `[history] keep` says for how long. */
export const noContentBeginning = (beginning: string): string =>
  `no content is kept whose hash begins with ${beginning}`;

/** Several contents have a hash that begins so. Give more of it. */
export const contentAmbiguous = (beginning: string, found: string): string =>
  `several contents have a hash that begins with ${beginning}: ${found}`;

/** What was to be compared was never kept, or is kept no longer. `[history] keep` says for how long contents are. */
export const contentNotKept = (which: string): string => `${which} is not kept, so it cannot be compared`;

/** What was to be compared was erased by `runa forget`. `runa log --kind forgotten` says by whom, and why. */
export const contentForgotten = (which: string): string => `${which} was forgotten, so it cannot be compared`;

/** What lies in the place of a content is not what was kept, as after an edit or on a failing disk. It is not shown. */
export const contentDamaged = (which: string, reason: string): string => `${which} is damaged: ${reason}`;

/** `runa diff` without --from compares with the content before, and the log tells of none. */
export const noContentBefore = (instance: string, type: string): string =>
  `the log tells of no other content that '${instance}' of type '${type}' had before: name one with --from`;

/** `runa forget` names what an attempt that is open was given, or has delivered: its agent has it, and its prompt is in use. */
export const forgetInUse = (hash: string, attempt: string): string =>
  `attempt ${attempt} is open and was given ${hash}, or has delivered it: let it end, or free it with \`runa release\`, and give the command again`;

// Subject: Attempts that are named

/** So few characters of an id could mean many attempts. */
export const attemptIdTooShort = (beginning: string, least: number): string =>
  `'${beginning}' is too short: give the attempt's id, or at least its first ${least} characters; \`runa attempts\` lists them`;

/** No attempt of this project has that id. */
export const unknownAttempt = (beginning: string): string =>
  `no attempt has an id that begins with '${beginning}': \`runa attempts\` lists them`;

/** The log knows of no such attempt. `runa attempts` lists those that there are. */
export const unknownLoggedAttempt = (beginning: string): string =>
  `the log tells of no attempt whose id begins with '${beginning}'`;

/** Several attempts have an id that begins so. */
export const attemptIdAmbiguous = (beginning: string, examples: string): string =>
  `'${beginning}' is how several attempts begin: give more of the id, such as ${examples}`;

// Subject: Releasing an attempt

/** `runa release` was called, and no attempt runs or is claimed. */
export const nothingToRelease = (): string => "no attempt is open: there is nothing to release";

/** So few characters of an id could mean several of the open attempts. */
export const releaseIdTooShort = (beginning: string, least: number): string =>
  `'${beginning}' is too short: give the attempt's id, or at least its first ${least} characters`;

/** None of the open attempts has that id. It may have ended. */
export const unknownOpenAttempt = (beginning: string, hint: string): string =>
  `no open attempt '${beginning}'${hint}: \`runa state --json\` names those that run`;

/** Several open attempts have an id that begins so. */
export const openAttemptAmbiguous = (beginning: string, examples: string): string =>
  `several open attempts begin with '${beginning}': give more of the id, such as ${examples}`;

/** The end of the attempt could not be recorded, so it stays open. */
export const releaseReadOnly = (directory: string): string =>
  `${directory} cannot be written: nothing is released. Make it writable, and give the command again`;

/** The attempt was open a moment ago. Nothing is left to do. */
export const attemptEndedItself = (attempt: string): string => `attempt ${attempt} has just ended by itself`;

/** A runa on this machine executes the attempt, and would go on. */
export const releaseHeldHere = (attempt: string, pid: number): string =>
  `attempt ${attempt} is executed by runa (pid ${pid}) on this machine: stop that one, its claim ends with it`;

/** The runa of the attempt is gone, and its agent goes on. */
export const releaseAgentWorks = (attempt: string, pid: number): string =>
  `the agent of attempt ${attempt} (pid ${pid}) is still at work: \`runa run\` takes it over`;

// Subject: Reopening and accepting

/** Such a protocol writes nothing that it must, so there is nothing to make again. */
export const reopenOwesNothing = (protocol: string): string =>
  `protocol '${protocol}' owes nothing, so it is never current: \`runa step --protocol ${protocol}\` executes it whenever it is READY`;

/** Between the look at the outputs and their acceptance an attempt ended. */
export const acceptOvertaken = (protocol: string): string =>
  `protocol '${protocol}' has just been executed again: look at what came of that first`;

/** Such a protocol writes nothing that it must. */
export const acceptOwesNothing = (protocol: string): string =>
  `protocol '${protocol}' owes nothing, so there is nothing to accept`;

/** An attempt is at work on the outputs. */
export const acceptWhileExecuted = (protocol: string, attempt: string): string =>
  `protocol '${protocol}' is being executed by attempt ${attempt}: wait for what comes of that`;

/** Nothing is left to do. */
export const acceptCurrent = (protocol: string): string =>
  `protocol '${protocol}' is done as it is: its outputs are current`;

/** Only what an attempt left can be accepted. `runa step` starts one. */
export const acceptNeverExecuted = (protocol: string): string =>
  `no attempt of protocol '${protocol}' has ended, so there is nothing to accept`;

/** This clone has no record of the attempt, and could not say what it saw. */
export const acceptElsewhere = (protocol: string): string =>
  `the last attempt of protocol '${protocol}' was made in another clone, as the lock file tells: accept it there`;

/** Nothing failed. `runa explain` tells what has changed, and `runa step` executes the protocol once more. */
export const acceptDelivered = (protocol: string): string =>
  `the last attempt of protocol '${protocol}' delivered, and what it reads has changed since: only what a failed attempt left can be accepted`;

/** What cannot be read cannot be accepted. */
export const acceptPartial = (types: string): string =>
  `not all of ${types} could be read: \`runa doctor\` says what and why`;

/** Something that the protocol owes is missing or not valid. Deliver it by hand, or have the protocol executed again. */
export const acceptIncomplete = (protocol: string, lacks: string): string =>
  `the outputs of protocol '${protocol}' are not complete, so there is nothing to accept: ${lacks}`;

// Subject: Deciding

/** `.project.json` in the workspace says which project decisions are of. Take it from version control, or from another copy. */
export const projectFileUnusable = (file: string, reason: string): string =>
  `${file} does not say which project this is (${reason}): put back the one that was there, from version control say. Only where no decision has been made yet it may be removed, and a new one is made`;

/** The first decision makes `.project.json` in the workspace, and the system refused it. */
export const projectFileUnwritten = (file: string, reason: string): string =>
  `${file}, which says of which project decisions are, cannot be written: ${reason}. Nothing was decided; mend that, and give the command again`;

/** The file of a decision could not be written. */
export const decisionNotWritten = (reason: string): string => `the decision could not be written: ${reason}`;

/** A type of which the methodology declares no decisions: no schema has `x-runa` with that kind and `of`. */
export const nothingDecides = (type: string, kind: string): string =>
  `no ${kind} type of '${type}' is declared: a type's schema says that it is one, with "x-runa": { "kind": "${kind}", "of": "${type}" }`;

/** `--as` names a type that is no approval type of the subject's. */
export const notItsApproval = (name: string, type: string, known: string): string =>
  `--as: '${name}' is no approval type of '${type}': it has ${known}`;

/** The methodology has nobody decide on instances of this type: no schema has `x-runa` with it as `of`. */
export const nobodyDecidesOn = (type: string): string =>
  `nobody decides on '${type}': it has neither an approval type nor a rejection type`;

/** It was not said which instance is meant, and it does not follow. */
export const nothingAwaits = (type: string): string =>
  `nothing of '${type}' awaits a decision: name the instance that you decide on`;

/** It was not said which instance is meant, and what has that hash was decided on. */
export const decidedAlready = (type: string, decided: string): string =>
  `nothing of '${type}' awaits a decision: ${decided} already. Name the instance to decide on it again`;

/** It was not said which instance is meant, and it does not follow. */
export const whichInstance = (type: string, known: string): string =>
  `several instances of '${type}' await a decision: name the one that you decide on: ${known}`;

/** Whoever approves has to be one of those whom the type asks for, by its `role` or `not_author`. */
export const notEntitled = (person: string, type: string, why: string): string =>
  `${person}'s approval would count for nothing as '${type}': ${why}. Nothing was decided`;

/** What people decide, or what waits for it, may be looser than in the last run. Look at the methodology, and accept it or put it back. */
export const gatesLoosened = (found: string, hash: string): string =>
  `the methodology may let through what had to be decided in the last run: ${found}. Nothing was started; where that is meant, \`--accept-methodology ${hash}\` takes it`;

/** `--accept-methodology` names another state of the methodology than the one that lies there. */
export const otherGates = (given: string, hash: string): string =>
  `--accept-methodology ${given} is not what lies there, which is ${hash}: look at it again. Nothing was started`;

/** Another run went by another methodology meanwhile. */
export const gatesRaced = (): string =>
  "another run has changed what people decide by meanwhile: nothing was started. Give the command again";

/** Several approval types are of a type, and it was not said which one is meant. */
export const whichApproval = (type: string, known: string): string =>
  `'${type}' has several approval types: say which one is meant, with --as: ${known}`;

/** Instances that break their schema are not decided on: mend it, or have it made anew. */
export const subjectNotValid = (instance: string, status: string): string =>
  `${instance} is ${status}: only what is valid is decided on. \`runa show ${instance}\` says what is wrong with it`;

/** What was given as the hash is not that of the content that lies there. Look at it again. */
export const hashDiffers = (instance: string, hash: string): string =>
  `${instance} holds another content now, ${hash}: nothing was decided. Look at it again, with \`runa show ${instance}\``;

/** There is nothing of a person's on this content that could be withdrawn. */
export const nothingToRevoke = (instance: string, person: string): string =>
  `${person} has decided nothing on ${instance} as it is now: there is nothing to withdraw. \`runa approvals ${instance.replace("/", " ")}\` lists what was decided`;

/** `--set` names a property that runa fills in itself. */
export const setBaseProperty = (name: string, all: string): string =>
  `--set cannot set '${name}': runa fills in ${all}, and a decision's schema may ask for others`;

/** A number of `--set` would not be kept as it was typed. */
export const setInexact = (name: string, text: string): string =>
  `--set ${name}: ${text} cannot be kept exactly: write it as a string, --set '${name}="${text}"', where the schema takes one`;

// Subject: Executing work

/** A protocol is READY and there is no command to execute it with. */
export const noAgent = (protocol: string, file: string): string =>
  `protocol '${protocol}' is to be executed and has no agent: put [agent] command = ["…"] into ${file}`;

/** runa is not installed whole: the server of an attempt lies beside runa's own program. */
export const noServerProgram = (): string =>
  "runa-mcp is neither beside runa nor on the PATH: install runa whole, an agent cannot deliver without it";

/** The directory of an attempt cannot be written. Nothing was started. */
export const promptNotWritten = (file: string, reason: string): string =>
  `the prompt could not be written to ${file}: ${reason}. Make its directory writable, or make room`;

/** The system refused to start a process. The attempt was ended as not started. `runa doctor --agent` tries the agent. */
export const workNotStarted = (what: string, attempt: string, reason: string): string =>
  `the ${what} of attempt ${attempt} could not be started: ${reason}`;

/** There is work, and the store can only be read. */
export const executeReadOnly = (directory: string): string =>
  `${directory} cannot be written: work cannot be executed without keeping what it did. Make it writable, or make room`;

/** An attempt whose runa died stays open, and this runa may not go on with it. */
export const attemptNotTakenOver = (attempt: string, beginning: string): string =>
  `attempt ${attempt} lost its runa and cannot be taken over: free its candidate with \`runa release ${beginning}\``;

/** Between the look at its inputs and its start something changed them, every time. */
export const neverStarts = (protocol: string): string =>
  `protocol ${protocol} cannot be started: each time that it was about to be, what it reads was no longer what had been evaluated, or it had been executed meanwhile. Something keeps changing its inputs: end that and run again`;

/** The store says that an attempt is over and that it is waited for. */
export const waitsForEnded = (attempts: string): string =>
  `attempt ${attempts} is over and still counts as what has to be waited for: \`runa doctor\` looks at the store`;

/** The directory of the project went away, or may not be entered. */
export const startDirectoryMissing = (directory: string): string =>
  `the directory ${directory}, in which it is to start, is not there`;

/** The agent's program is for another system or another C library. Install the one for this system. */
export const startLoaderMissing = (file: string): string =>
  `the loader that ${file} asks for is not there: it was built for another system`;

/** A script was saved with the line ends of Windows, which become part of its interpreter's name. */
export const startInterpreterCarriageReturn = (interpreter: string, file: string): string =>
  `bad interpreter: ${interpreter}^M: the lines of ${file} end with CR LF; save it with LF alone`;

/** The interpreter that a script names may not be executed by this user. */
export const startInterpreterClosed = (interpreter: string, file: string): string =>
  `bad interpreter: ${interpreter}, which the first line of ${file} names, cannot be executed`;

/** The interpreter that a script names is nowhere. */
export const startInterpreterMissing = (interpreter: string, file: string): string =>
  `bad interpreter: ${interpreter}, which the first line of ${file} names, is not there: install it, or correct that line`;

// Subject: Delivering

/** `runa deliver` or a server was told to deliver for an attempt, outside of any. */
export const notInsideAttempt = (): string =>
  "this is not inside an attempt (RUNA_ATTEMPT is not set): `runa step` and `runa run` start attempts";

/** What `RUNA_ATTEMPT` names is over. Outside the attempt `runa deliver` delivers by hand. */
export const attemptOver = (attempt: string): string =>
  `attempt ${attempt} has ended, or is none of this project: nothing is delivered`;

/** A server was started with the environment of another project's attempt. */
export const foreignAttempt = (attempt: string, root: string): string =>
  `RUNA_ATTEMPT names attempt ${attempt}, which is none of the project in ${root}: unset it to deliver by hand`;

/** A server was started inside an attempt, for another protocol or work unit. */
export const othersAttempt = (attempt: string, protocol: string, ofUnit: string): string =>
  `RUNA_ATTEMPT names attempt ${attempt} of protocol '${protocol}'${ofUnit}, which does nothing else: start the server with the arguments in RUNA_MCP_CONFIG`;

/** A server of a scoped protocol was started without a work unit. */
export const serverNeedsUnit = (name: string): string =>
  `protocol '${name}' is scoped: give it a work unit with --work-unit ID`;

/** The manifest has a protocol write a type that it does not declare. `runa lint` shows the line. */
export const undeclaredOutputType = (protocol: string, type: string, hint: string): string =>
  `protocol '${protocol}' writes '${type}', which is not a declared artifact type${hint}, so nothing of it can be delivered: correct the name, or declare the type`;

/** `runa deliver` names a type whose instances are records of attempts. */
export const recordNotDelivered = (type: string): string =>
  `'${type}' holds records of attempts, which runa alone writes: nobody can deliver one`;

/** `runa deliver` names a type whose instances are approvals or rejections. */
export const decisionNotDelivered = (type: string): string =>
  `'${type}' holds decisions: give one with \`runa approve\` or \`runa reject\``;

/** A delivery names a type that no methodology here declares. */
export const refusedUnknownType = (type: string): string => `'${type}' is no declared artifact type`;

/** A delivery names a type that this protocol does not write. The tools of the server are those that it does. */
export const refusedNoOutput = (type: string, protocol: string): string =>
  `'${type}' is no output of protocol '${protocol}'`;

/** Confirming and withdrawing are for the outputs that an attempt owes. */
export const refusedOutsideAttempt = (): string => "only an attempt that runa started can do this";

/** The reason that was given is empty. */
export const refusedNoReason = (): string => "give a reason";

/** The artifact is for another work unit than the session's. */
export const refusedForeignUnit = (own: string, named: string): string =>
  `this session delivers for work unit '${own}', not ${named}: leave work_unit out`;

/** The name of the instance cannot be the name of a file. */
export const refusedInstanceId = (instance: string, problem: string): string =>
  `instance_id ${instance} cannot be used: ${problem}`;

/** The artifact is longer than any may be. Split it, or refer to large content by a path. */
export const refusedTooLong = (most: number): string => `its file would be longer than ${most} MiB`;

/** The artifact holds what JSON cannot, or goes beyond a limit. */
export const refusedNotJson = (reason: string): string => `it cannot be kept as JSON: ${reason}`;
