// What the commands say to people: one function for each message, by its subject. `docs/errors.md` is made from this file.

// Subject: The command line

/** Options stand where the command belongs, and no command follows. */
export const commandMissing = (): string => "the command is missing, or the value of an option before it";

/** An option stands before the command. */
export const optionBeforeCommand = (option: string): string =>
  `unknown option ${option}: the options of a command stand behind it`;

/** There is no such command. The overview that follows lists those that there are. */
export const unknownCommand = (name: string): string => `unknown command '${name}'`;

/** A command was given an option that it does not take. `runa COMMAND --help` lists those that it takes. */
export const noSuchOption = (command: string, option: string, hint: string): string =>
  `${command} has no option ${option}${hint}`;

/** An option that only stands there or not was given a value. */
export const optionTakesNoValue = (option: string): string => `${option} takes no value`;

/** An option stands at the end, or before another option, without its value. */
export const optionValueMissing = (option: string): string => `${option}: the value is missing`;

/** More words stand behind a command than it takes. A word with a space in it has to be quoted. */
export const tooManyWords = (command: string, words: string, text: string): string =>
  `${command} takes ${words}, but got '${text}'`;

/** The same, where what is too much cannot be told. */
export const otherWords = (command: string, words: string): string => `${command} takes ${words}`;

/** A command was given without what it is about. */
export const wordsMissing = (command: string, words: string): string => `${command} needs ${words}`;

/** An option's value is empty, as when a variable in a script is not set. */
export const optionEmpty = (option: string, what: string): string => `${option} needs ${what}; it is empty`;

/** An option was given something else than a number. */
export const optionNoNumber = (option: string, least: number, text: string): string =>
  `${option} takes a whole number of at least ${least}, not '${text}'`;

/** An option was given something else than a length of time. */
export const optionNoDuration = (option: string, form: string, text: string): string =>
  `${option} takes ${form}, not '${text}'`;

/** An option takes one of a few words, and was given another. */
export const optionNoFormat = (known: string, text: string): string =>
  `--format must be one of ${known}, not '${text}'`;

/** Only a plan is one document. */
export const jsonNeedsDryRun = (): string =>
  "--json needs --dry-run: a live execution prints for people, or with --events for programs";

/** A dry run executes nothing, so that nothing happens which could be told as events. */
export const eventsNeedLive = (): string => "--events is for live execution: use --json with --dry-run";

/** A prompt is printed of work that is planned, not of work that runs. The prompt of an attempt is in its directory. */
export const promptNeedsDryRun = (): string => "--prompt needs --dry-run";

/** Both ask for the whole output. */
export const promptNoJson = (): string => "--prompt prints a text and --json a document: leave one of them out";

/** The protocol was named twice, and it may not be the same one. */
export const protocolNamedTwice = (): string => "--prompt and --protocol both name a protocol: leave one name out";

/** `run PROTOCOL...` and `run --until PROTOCOL` are two ways to aim. */
export const untilWithProtocols = (): string => "--until is for a run of everything: leave it or the protocols out";

/** `runa doctor` prints one document only of its own examination, not of what it asks servers and agents. */
export const jsonWithOther = (other: string): string => `--json and ${other} cannot be used together`;

/** `runa init --agent` was given an agent that runa has no adapter for. Others are set as `[agent] command` in the config. */
export const unknownAdapter = (name: string, hint: string, known: string): string =>
  `unknown agent '${name}'${hint}: there is ${known}`;

/** There is no completion for that shell. */
export const unknownShell = (name: string, hint: string): string => `there is no completion for '${name}'${hint}`;

/** `runa diff` compares contents of one instance: `runa show TYPE` lists those that there are. */
export const diffNeedsInstance = (): string => "diff needs a type and an instance: `runa diff TYPE INSTANCE`";

/** `runa forget` records why, for whoever finds that something is gone. */
export const forgetNeedsNote = (): string => "--note is empty: say why it is to be forgotten";

/** `runa forget` erases one content, by its hash. `runa show TYPE INSTANCE` shows the hash of an instance. */
export const forgetHashForm = (): string =>
  "HASH must be the hash of a content, or its beginning: sha256: and 8 hexadecimal digits or more";

/** When something is asked about was given in a form that runa does not read. */
export const whenForm = (option: string): string =>
  `${option} needs an event of the log such as "#12", how long ago such as "2h" or "7d", a time such as "2026-01-31 09:30:00", a content such as sha256:0123abcd (8 digits or more), or the id of an attempt (8 characters or more)`;

/** `runa lint ""` was called. */
export const lintNameEmpty = (): string => "METHODOLOGY is empty: name a methodology, or leave it out";

/** `runa lint` was called outside a project and without the name of a methodology. */
export const lintNoProject = (directory: string): string =>
  `no runa project in ${directory} or above it, whose methodology it could be: name one, \`runa lint METHODOLOGY\``;

/** `runa test` was called outside a project and without the name of a methodology. */
export const testNoProject = (directory: string): string =>
  `no runa project in ${directory} or above it, whose methodology it could be: name one, \`runa test METHODOLOGY\``;

/** `runa rehearse --decide` takes one of a few words, and was given another. */
export const optionNoDecision = (known: string, text: string): string =>
  `--decide must be one of ${known}, not '${text}'`;

/** `runa rehearse` was called outside a project and without the name of a methodology. */
export const rehearseNoProject = (directory: string): string =>
  `no runa project in ${directory} or above it that could be rehearsed: name a methodology, \`runa rehearse METHODOLOGY\``;

/** `runa test --only` was given a text that is in no case's name. */
export const noCaseOfThatName = (text: string): string =>
  `no case, and no file of cases, has '${text}' in its name: leave --only out to play all of them`;

/** The program that makes values up could not be started, or ended. It is a part of runa. */
export const valuesNotMade = (why: string): string =>
  `runa-agent, which makes artifacts up, could not do so (${why}): install runa's programs beside each other`;

/** The directory of the shell was removed or exchanged. */
export const directoryGone = (): string => "the current directory no longer exists: change to one that does";

// Subject: Files and input

/** A file that was named, or standard input, cannot be read. */
export const inputUnreadable = (name: string, reason: string): string => `${name} cannot be read: ${reason}`;

/** A file that was named for what a command makes, such as `--html FILE`, cannot be written. */
export const fileNotWritten = (file: string, reason: string): string =>
  `${file} cannot be written: ${reason}. Name a file in a directory that is there and can be written`;

/** The artifact itself stands where the name of its file goes. For example: `echo '{"title": "x"}' | runa deliver need n1 -`. */
export const inputIsJson = (): string =>
  "FILE is the name of a file, and this is JSON: give the JSON itself on standard input, with `-` for FILE";

/** What was given to be delivered or judged is longer than any artifact may be. */
export const inputTooLong = (name: string, most: number): string =>
  `${name} is longer than ${most} MiB, which is the most an artifact may hold`;

/** The system refused something that no other message is about. The code in brackets is the system's name for the reason. */
export const systemRefused = (path: string, reason: string, code: string): string =>
  `${path} cannot be used: ${reason} (${code})`;

// Subject: Delivering by hand

/** On a terminal nothing is read that was not asked for. */
export const deliverNeedsFile = (): string => "deliver needs FILE, or `-` to read what you type";

/** The two contradict each other. */
export const confirmOrWithdraw = (): string => "--confirm and --withdraw are one or the other";

/** Neither of the two brings content along. */
export const verdictNoFile = (option: string): string => `${option} takes no FILE: it is about what lies there`;

/** An attempt delivers for its own work unit only. */
export const verdictNoWorkUnit = (option: string): string =>
  `${option} is of the attempt's own work unit: leave --work-unit out`;

/** Only an attempt has outputs that it owes and may find right as they are. By hand nothing has to be done for that. */
export const confirmOutsideAttempt = (): string =>
  "--confirm is for agents, and this is not inside an attempt (RUNA_ATTEMPT is not set): by hand, leave the file as it is";

/** Only an attempt withdraws; people delete files. */
export const withdrawOutsideAttempt = (): string =>
  "--withdraw is for agents, and this is not inside an attempt (RUNA_ATTEMPT is not set): by hand, delete the file";

/** An output is accepted for a reason, which is kept in the log. */
export const acceptNeedsNote = (): string => "--note needs a text that says why; it is empty";

// Subject: Deciding

/** A command that decides was given neither what it is about nor a file that says so. */
export const typeNeeded = (): string => "TYPE is missing: name what is decided on, or give --batch FILE";

/** A withdrawal is of what was decided on one instance. */
export const instanceNeeded = (): string => "INSTANCE is missing: name the instance whose decision you withdraw";

/** `--set` needs the name of a property and its value. */
export const setWithoutValue = (text: string): string => `--set takes key=value, not '${text}'`;

/** Two `--set` give the same property a value. */
export const setRepeated = (key: string): string => `--set gives '${key}' twice: leave one of them out`;

/** The hash says what was looked at, so enough of it has to be given. `runa approvals` and `runa show` print that of a content. */
export const hashTooShort = (option: string, least: number, text: string): string =>
  `${option} takes a hash, or its first ${least} digits or more, not '${text}'`;

/** Nothing was shown, so it has to be said what was looked at: a script cannot decide on what it has not seen. */
export const hashNeeded = (): string =>
  "--hash is needed where nobody can be asked: the hash of the content that you decide on, as `runa approvals` prints it";

/** A line of `--batch` is not built as it has to be. */
export const batchWords = (place: string): string =>
  `${place}: a line holds TYPE, INSTANCE, HASH and a note, with tabs or spaces between them. Nothing was decided`;

/** A line of `--batch` says too little of the content, or something else. */
export const batchHash = (place: string, text: string): string =>
  `${place}: '${text}' is no hash of a content, nor 12 digits or more of one: \`runa approvals\` prints it. Nothing was decided`;

/** Two lines of `--batch` are about the same instance. */
export const batchRepeated = (place: string, instance: string): string =>
  `${place}: ${instance} stands there a second time: leave one of the lines out. Nothing was decided`;

/** The file of `--batch` holds no line. */
export const batchEmpty = (file: string): string => `${file} holds no line: there is nothing to decide`;

/** The file of `--batch` is no text. */
export const batchNoText = (file: string): string => `${file} is not valid UTF-8. Nothing was decided`;

/** `--batch` brings what is otherwise said on the command line. */
export const batchWithOther = (other: string): string => `--batch names everything in its lines: leave ${other} out`;

/** A rejection and a revocation say why. */
export const decisionNeedsNote = (): string => "--note needs a text that says why; or write one with --edit";

/** The editor ended with an error, or could not be started. `VISUAL` or `EDITOR` names another. */
export const editorFailed = (editor: string, reason: string): string =>
  `the editor '${editor}' failed: ${reason}. Nothing was decided; set EDITOR, or give the note with --note`;

/** The note was left empty in the editor. */
export const noteEmpty = (): string => "the note is empty: nothing was decided";

/** What the editor left cannot be read. */
export const noteUnreadable = (reason: string): string => `the note cannot be read: ${reason}. Nothing was decided`;

// Subject: Agents

/** No protocol has an agent, so that there is nothing to check. */
export const noAgentConfigured = (file: string): string =>
  `no agent is configured: put [agent] command = ["runa-agent", "NAME"] into ${file}, or name one with --agent NAME`;

/** A named agent of the config brings no command, and there is no common one that it could take. */
export const agentWithoutCommand = (file: string, name: string): string =>
  `neither [agents.${name}] nor [agent] in ${file} has a command: put command = ["…"] into one of them`;

/** `runa doctor --agent NAME` names neither an agent of the config nor an adapter. */
export const unknownAgent = (name: string, hint: string, own: string, known: string): string =>
  `there is no agent '${name}'${hint}: the config has ${own}, and runa-agent has ${known}`;

/** `runa doctor --mcp PROTOCOL` names no protocol. */
export const unknownProtocolToProbe = (name: string, hint: string, known: string): string =>
  `the methodology has no protocol '${name}'${hint}: it has ${known}`;

/** runa's own program of adapters is not there, or cannot be executed: install runa whole. */
export const adaptersNotStarted = (reason: string): string => `runa-agent could not be started: ${reason}`;

/** The program of an agent's command is nowhere. */
export const agentNotFound = (where: string, table: string): string =>
  `not found: no executable file ${where}; correct the command of ${table} in the config, or install it`;

/** The program of an agent's command is there and may not be executed. */
export const agentNotExecutable = (file: string): string => `not executable: chmod +x ${file}`;

/** Agents run as groups of processes that are found and ended in ways which only Linux has. */
export const needsLinux = (platform: string): string =>
  `live execution needs Linux, this is ${platform}: use --dry-run here, or run it in a Linux container`;

// Subject: Attempts, output and log

/** `runa output` was asked for an attempt whose agent had the terminal to itself. */
export const outputNotKept = (attempt: string): string =>
  `the output of attempt ${attempt} was not kept: it went where runa's own output went. It is kept with \`transcript = true\` in [agent] of the config, with \`--jobs\` above 1, and with \`--events\``;

/** `runa output` of an agent that said nothing, at least until now. `runa log --attempt` tells how the attempt ended. */
export const outputEmpty = (attempt: string): string => `the agent of attempt ${attempt} has printed nothing`;

/** Nobody can write to this store, so the end of the attempt would not show. Without `--follow` it is printed as it is now. */
export const followOutputReadOnly = (): string =>
  "the store cannot be written here, so --follow would never see the end: leave it out, or make the store writable";

/** Nobody can write to this store, so nothing new would show. Without `--follow` the log is printed as it is now. */
export const followLogReadOnly = (): string =>
  "the store cannot be written here, so --follow would see nothing new: leave it out, or make the store writable";

/** A head is compared, and the log folded, only while the chain is walked. */
export const needsVerify = (option: string): string => `${option} needs --verify`;

/** One prints the head, the other checks the chain. */
export const verifyOrHead = (): string => "--verify and --head cannot be used together";

/** The chain is of all events. */
export const wholeLogOnly = (option: string, shown: string): string =>
  `${option} is about the whole log: leave ${shown} out`;

/** The two contradict each other. */
export const allOrLimit = (): string => "--all shows everything and --limit only so much: leave one of them out";

/** What was given cannot be how an attempt's id begins. */
export const attemptIdForm = (): string =>
  "--attempt needs an attempt's id, or its first 13 characters as each line shows them";

/** What was given is no hash. */
export const headForm = (): string => "--expect needs a head as --head prints it: sha256: and 64 hexadecimal digits";

/** The log has no such kind of event. */
export const unknownKind = (kind: string, hint: string): string => `--kind: there is no '${kind}'${hint}`;

/** A moment was given in a form that runa does not read. */
export const sinceForm = (): string =>
  '--since needs how long ago, such as "30m", "2h" or "7d", a time such as "2026-01-31 09:30:00" or "2026-01-31", or one such as 2026-01-31T09:30:00Z';

/** The number of lines is none. */
export const limitForm = (): string => "--limit needs a number from 1 on";

/** `runa audit --verify` looks at everything: it takes neither an artifact nor a page. */
export const verifyAlone = (): string => "--verify checks everything: leave TYPE, INSTANCE and --html out";

// Subject: Prompts and pictures

/** `runa step --dry-run --prompt` without a name shows the prompt of the next protocol, and there is none. */
export const noPromptToShow = (): string =>
  "no protocol is READY: name the one whose prompt you want, as in `--prompt NAME`";

/** The prompt is shown of a protocol that would not be executed now. */
export const promptOfUnready = (candidate: string, status: string): string =>
  `note: ${candidate} is ${status}: this is what its agent would be told as things are now`;

/** The graph is too large or too strange for the Graphviz that comes with runa. */
export const graphNotDrawn = (reason: string): string =>
  `Graphviz could not draw this graph (${reason}): take --format dot, and another Graphviz`;

// Subject: Notices

/** No artifact has this work unit, so that every scoped protocol of it waits. It is misspelt, or its first artifact is to come. */
export const unnamedWorkUnit = (workUnit: string, hint: string): string =>
  `no artifact names work unit '${workUnit}'${hint}`;

/** Protocols require each other's products. `runa lint` says which entry to move from `requires` to `accepts`. */
export const cycleWaits = (cycle: string): string => `dependency cycle ${cycle}; its members wait`;

/** A clone without a lock file cannot know what outputs were made from. */
export const countsByAge = (protocols: string): string =>
  `By age: nothing here tells what the outputs of ${protocols} were made from, so they count as current until an input changes here; a lockfile in [history] of the config would tell.`;

// Subject: After a run that failed

/** Another run worked on the same project at the same time, and its attempt failed. The command in backticks tells why. */
export const failedElsewhere = (candidate: string, command: string): string =>
  `${candidate} failed in another run that went on beside this one: ${command}`;

/** The schema of one of its outputs leaves no room for a tool. */
export const failedUnoffered = (candidate: string, command: string): string =>
  `${candidate} was not started, as its server could not offer what it writes: ${command}`;

/** Protocols reopen each other without an end. Soften one edge, or raise `max_reopens` in `[run]` of the config. */
export const failedReopened = (candidate: string, times: string, most: number, command: string): string =>
  `${candidate} was reopened ${times} in this run and is READY again, which max_reopens = ${most} does not allow: ${command}`;

/** A success did not make the protocol current, and would be repeated for ever. */
export const failedUnchanged = (candidate: string, command: string): string =>
  `${candidate} was delivered and is READY again, though nothing that it reads or writes has changed since: ${command}`;
