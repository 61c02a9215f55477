import { visible } from "@runa/engine";
import type { ChangedBy, NamedInstance, Reason } from "@runa/engine/answers";
import { shortAttemptId } from "@runa/engine/attempts";
import { shellOption, shellWord } from "../output/shell.ts";
import type { KeptFlags } from "./attempt-view.ts";
import { candidateName } from "./candidate-name.ts";
import { cycleText } from "./cycle.ts";
import { spokenTimeOf } from "./local-time.ts";
import { originText } from "./origin-text.ts";

/** A reason as a sentence, without its full stop. */
export function reasonText(reason: Reason, flags: KeptFlags): string {
  return wordsOf(reason).long(reason, flags);
}

/** The same in half a line, for a table or behind `because`. */
export function shortReason(reason: Reason): string {
  return wordsOf(reason).short(reason);
}

/** What a candidate waits for, as `unsatisfied_conditions` say it. */
export function waitText(reason: Reason, flags: KeptFlags): string {
  return reason.kind === "current" ? shortReason(reason) : reasonText(reason, flags);
}

/** So many reasons stand in half a line. */
const NAMED = 3;

/** Several reasons in half a line: `design/d1 changed, design/d2 is new, and 4 more`. */
export function shortReasons(reasons: readonly Reason[]): string {
  const texts = [...new Set(reasons.map(shortReason))];
  const more = texts.length > NAMED ? `, and ${texts.length - NAMED} more` : "";
  return `${texts.slice(0, NAMED).join(", ")}${more}`;
}

type Kind<K extends Reason["kind"]> = Extract<Reason, { kind: K }>;

interface Words<R extends Reason> {
  readonly long: (reason: R, flags: KeptFlags) => string;
  readonly short: (reason: R) => string;
}

function wordsOf<R extends Reason>({ kind }: R): Words<R> {
  return WORDS[kind] as unknown as Words<R>;
}

/** What a lock file tells of a candidate that is not done. */
const OPEN = {
  feedback: "feedback was not answered in another clone",
  reopened: "it was reopened in another clone",
  merged: "a merge brought different attempts of it together",
} as const;

/** Each reason's one wording. */
const WORDS: { readonly [K in Reason["kind"]]: Words<Kind<K>> } = {
  called_for: {
    long: ({ condition, by }) => `${visible(condition)} holds: ${instances(by)}`,
    short: ({ condition }) => visible(condition),
  },
  not_called_for: { long: ({ says }) => visible(says), short: ({ condition }) => visible(condition) },
  never_called_for: {
    long: ({ says }) => visible(says),
    short: ({ condition }) => `${visible(condition)} can never hold`,
  },
  condition: {
    long: ({ condition, holds }) => `${visible(condition)} ${holds ? "holds" : "does not hold"}`,
    short: ({ condition }) => visible(condition),
  },
  has_input: {
    long: ({ artifact_type, counts }) => `${visible(artifact_type)} is there: ${instances(counts)}`,
    short: ({ artifact_type }) => visible(artifact_type),
  },
  lacks_input: {
    long: ({ artifact_type, why }) => `${visible(artifact_type)} (${why}): ${LACKS[why]}`,
    short: ({ artifact_type, why }) => `${visible(artifact_type)} (${why})`,
  },
  accepts_input: {
    long: ({ artifact_type, counts }) =>
      counts.length === 0
        ? `${visible(artifact_type)} is not there, and need not be`
        : `${visible(artifact_type)} is there: ${instances(counts)}`,
    short: ({ artifact_type }) => visible(artifact_type),
  },
  does_not_count: {
    long: (reason) => `${instance(reason)} does not count: it is ${reason.status}${violation(reason)}`,
    short: (reason) => `${instance(reason)} is ${reason.status}`,
  },
  not_approved: {
    long: (reason) => `${instance(reason)} does not count: ${lackingApproval(reason)}`,
    short: (reason) => `${instance(reason)}: ${lackingApproval(reason)}`,
  },
  other_work_unit: {
    long: (reason) => `${instance(reason)} does not count: it belongs to work unit ${visible(reason.work_unit)}`,
    short: (reason) => `${instance(reason)} is of work unit ${visible(reason.work_unit)}`,
  },
  not_read: {
    long: ({ path, reason }) => `${visible(path)} was not read: ${visible(reason)}`,
    short: ({ path }) => `${visible(path)} was not read`,
  },
  current: {
    long: ({ by, since }) =>
      by === "record" && since !== undefined
        ? `outputs are current: everything it reads is as ${attempt(since)} saw it`
        : "outputs are current, by age: nothing it reads is newer than they are",
    short: () => "outputs are current",
  },
  never_current: {
    long: () => "it has no outputs that could be current: it may be executed whenever it is called for",
    short: () => "it is never current",
  },
  reopened_by_hand: {
    long: () => "somebody reopened it, so it is not current until it has succeeded once more",
    short: () => "somebody reopened it",
  },
  input_changed: { long: changedText, short: (reason) => `${instance(reason)} ${CHANGES[reason.change]}` },
  inputs_changed: {
    long: ({ artifact_type, more, since }) =>
      more === undefined
        ? `${visible(artifact_type)} is not what ${attempt(since)} saw`
        : `${more} more of ${visible(artifact_type)} changed since ${attempt(since)}`,
    short: ({ artifact_type, more }) =>
      more === undefined ? `${visible(artifact_type)} changed` : `${more} more of ${visible(artifact_type)} changed`,
  },
  input_newer: {
    long: (reason) =>
      `${instance(reason)} is newer than the outputs: ${hash(reason.content_hash)}, ${madeBy(reason.origin)}`,
    short: (reason) => `${instance(reason)} is newer than the outputs`,
  },
  said_again: {
    long: (reason) => `${instance(reason)} was said again, of the new work: ${madeBy(reason.origin)}`,
    short: (reason) => `${instance(reason)} was said again`,
  },
  output_missing: {
    long: ({ artifact_type, delivered_before }) =>
      delivered_before
        ? `${visible(artifact_type)} is owed and has gone: nothing of it is there any more`
        : `${visible(artifact_type)} is owed and was not delivered yet`,
    short: ({ artifact_type, delivered_before }) =>
      delivered_before ? `${visible(artifact_type)} has gone` : `${visible(artifact_type)} was not delivered yet`,
  },
  output_broken: {
    long: (reason) => `its output ${instance(reason)} is ${reason.status}${violation(reason)}`,
    short: (reason) => `its output ${instance(reason)} is ${reason.status}`,
  },
  choice_open: {
    long: ({ choice, members, present }) =>
      present.length === 0
        ? `choice '${visible(choice)}' is open: one of ${names(members)} is owed`
        : `choice '${visible(choice)}' is open: exactly one is wanted, and ${names(present)} are there`,
    short: ({ choice }) => `choice '${visible(choice)}' is open`,
  },
  open_elsewhere: {
    long: ({ why, since }) =>
      `${OPEN[why]}${since === undefined ? "" : `, after ${attempt(since)}`}, as the lock file tells`,
    short: ({ why }) => OPEN[why],
  },
  attempt_failed: {
    long: (reason) => `the last attempt failed: ${reason.outcome}, ${attempt(reason)}`,
    short: ({ outcome }) => `the last attempt failed (${outcome})`,
  },
  same_as_before: {
    long: (reason) =>
      `${instance(reason)} was delivered again, same as before: ${madeBy(reason.origin)}; so nothing follows from it here`,
    short: (reason) => `${instance(reason)} is the same as before`,
  },
  attempt_made: {
    long: (reason) => `${candidateName(reason.protocol, reason.work_unit ?? null)} was executed: ${attempt(reason)}`,
    short: (reason) => `${candidateName(reason.protocol, reason.work_unit ?? null)} was executed`,
  },
  first_attempt: { long: () => "it had never succeeded before", short: () => "it had never succeeded before" },
  other_instructions: {
    long: ({ since, artifact_types }) =>
      `what is there of ${names(artifact_types)} was made under other instructions or schemas than today's, by ${attempt(since)}; reopen it to have it made again`,
    short: () => "its outputs were made under other instructions or schemas than today's",
  },
  cycle: {
    long: ({ says }) => visible(says),
    short: ({ members }) => `takes part in the cycle ${members.map(visible).join(" -> ")}`,
  },
  running: { long: (reason) => `it is being executed: ${attempt(reason)}`, short: () => "it is being executed" },
  owes: {
    long: (reason) => `${owedText(reason)}: \`runa run\` ends with 3 where this is left`,
    short: owedText,
  },
  owes_nothing: { long: () => "owes nothing", short: () => "owes nothing" },
  outputs_complete: { long: () => "its outputs are complete", short: () => "its outputs are complete" },
  nobody_owes_it: {
    long: ({ artifact_type, writers }) => `nobody owes ${visible(artifact_type)}: ${names(writers)} owes nothing`,
    short: ({ artifact_type }) => `nobody owes ${visible(artifact_type)}`,
  },
  chosen_otherwise: {
    long: ({ artifact_type, choice, protocol, member }) =>
      `${visible(artifact_type)} will not come: ${visible(protocol)} settled choice '${visible(choice)}' with ${visible(member)}`,
    short: ({ protocol, member }) => `${visible(protocol)} chose ${visible(member)}`,
  },
  need_not_happen: {
    long: ({ condition, artifact_type }) => `${visible(condition)}: no ${visible(artifact_type)} has to go wrong`,
    short: ({ condition }) => `${visible(condition)} need not happen`,
  },
  choice_stands: {
    long: standingText,
    short: standingText,
  },
  choice_settled: {
    long: ({ choice, member }) => `choice '${visible(choice)}' is settled: ${visible(member)}`,
    short: ({ member }) => `it chose ${visible(member)}`,
  },
  written_by: { long: writerText, short: ({ protocol }) => `${visible(protocol)} may write it` },
  written_by_people: {
    long: ({ artifact_type, directory, decides }) =>
      decides === undefined
        ? `no protocol writes ${visible(artifact_type)}: somebody has to put a file into ${visible(directory)}`
        : `people make ${visible(artifact_type)} with \`runa ${decides.command} ${visible(decides.artifact_type)}\``,
    short: ({ artifact_type, decides }) =>
      decides === undefined
        ? `no protocol writes ${visible(artifact_type)}`
        : `people decide ${visible(artifact_type)}`,
  },
  written_by_runa: {
    long: ({ artifact_type }) => `runa writes ${visible(artifact_type)} when an attempt ends that it is the record of`,
    short: ({ artifact_type }) => `runa writes ${visible(artifact_type)}`,
  },
  near_miss: {
    long: ({ path, wanted }) => `${visible(path)} is passed over: was it meant to be ${visible(wanted)}?`,
    short: ({ path }) => `${visible(path)} is passed over`,
  },
  undeclared_type: {
    long: ({ artifact_type, suggestion }) =>
      `the methodology declares no type ${visible(artifact_type)}${meant(suggestion)}`,
    short: ({ artifact_type }) => `${visible(artifact_type)} is not declared`,
  },
  execute: {
    long: (reason, flags) => {
      const name = candidateName(reason.protocol, reason.work_unit ?? null);
      return `${executeCommand(reason, flags)} executes ${name}${reason.command === "step" ? "" : ", and first what it needs"}`;
    },
    short: ({ protocol }) => `execute ${visible(protocol)}`,
  },
  decide: {
    long: ({ artifact_type, instance_id, rejected_by }, { project }) => {
      const what = `${shellWord(artifact_type)} ${shellWord(instance_id)}`;
      if (rejected_by !== undefined)
        return `${names(rejected_by)} rejected it, and can approve it after all: \`runa approve ${what}${project}\`, or withdraw that: \`runa revoke ${what} --note NOTE${project}\`; other content can take its place too`;
      return `decide on it: \`runa approve ${what}${project}\`, or \`runa reject ${what}${project}\``;
    },
    short: (reason) => `decide on ${instance(reason)}`,
  },
  wait: { long: () => "wait until the attempt has ended", short: () => "wait" },
  ask: {
    long: ({ artifact_type, protocol, scoped, work_unit }, { project }) =>
      `\`runa explain ${shellWord(protocol)}${work_unit !== undefined ? ` ${shellOption("--work-unit", work_unit)}` : scoped ? " --work-unit ID" : ""}${project}\` says what would move ${visible(protocol)}, which may write ${visible(artifact_type)}`,
    short: ({ protocol }) => `move ${visible(protocol)}`,
  },
  put_file: {
    long: ({ artifact_type, directory }) => `put a file of type ${visible(artifact_type)} into ${visible(directory)}`,
    short: ({ artifact_type }) => `supply ${visible(artifact_type)}`,
  },
  rename: {
    long: ({ path, wanted }) =>
      path.endsWith("/")
        ? `move what is in ${visible(path)} into ${visible(wanted)}`
        : `rename ${visible(path)} to ${visible(wanted)}`,
    short: ({ path }) => `rename ${visible(path)}`,
  },
  mend: {
    long: (reason, { project }) =>
      `mend ${instance(reason)}: \`runa show ${shellWord(reason.artifact_type)} ${shellWord(reason.instance_id)}${project}\` says what is wrong with it`,
    short: (reason) => `mend ${instance(reason)}`,
  },
  make_readable: {
    long: ({ path }) => `make ${visible(path)} readable, or take it away`,
    short: ({ path }) => `make ${visible(path)} readable`,
  },
  break_cycle: {
    long: ({ members }) => `take one \`requires\` out of the circle ${cycleText(members)} in the manifest`,
    short: () => "break the circle",
  },
  mend_trigger: {
    long: ({ condition }) => `mend its trigger in the manifest: ${visible(condition)} can never hold`,
    short: () => "mend its trigger",
  },
  mend_name: {
    long: ({ artifact_type, suggestion }) =>
      `mend the manifest: it names ${visible(artifact_type)}, which is no declared type${meant(suggestion)}`,
    short: ({ artifact_type }) => `mend the name ${visible(artifact_type)}`,
  },
  done: {
    long: ({ reads }) => `nothing has to be done: ${names(reads, "or")} would have to change`,
    short: () => "nothing has to be done",
  },
};

function meant(suggestion: string | undefined): string {
  return suggestion === undefined ? "" : `: was ${visible(suggestion)} meant?`;
}

const LACKS: Readonly<Record<Kind<"lacks_input">["why"], string>> = {
  missing: "nothing of this type is there",
  invalid: "nothing of what is there is valid",
  stale: "what is there no longer counts",
  not_approved: "what is there is not approved",
  scan_incomplete: "not all of it could be read",
};

/** `has 1 of 2 design-approval`, `is rejected by ben`. */
function lackingApproval({ approval_type, have, min, rejected_by }: Kind<"not_approved">): string {
  if (rejected_by !== undefined) return `it is rejected by ${rejected_by.map(visible).join(", ")}`;
  return `it has ${have} of ${min} ${visible(approval_type)}`;
}

const CHANGES: Readonly<Record<Kind<"input_changed">["change"], string>> = {
  new: "is new",
  modified: "changed",
  spoilt: "is not valid any more",
  removed: "has gone",
};

/** `design/d1 changed since attempt 0195561e-2c40: sha256:ab12… → cd34…, by hand, 10:12 today`. */
function changedText(reason: Kind<"input_changed">): string {
  const { change, from, to, origin, since } = reason;
  const [before, after] = [from, to].map((value) => (value === undefined ? undefined : hash(value)));
  const content =
    before !== undefined && after !== undefined
      ? `${before} → ${after.replace(/^sha256:/, "")}`
      : (after ?? (before === undefined ? undefined : `it was ${before}`));
  const told = [...(content === undefined ? [] : [content]), madeBy(origin)];
  return `${instance(reason)} ${CHANGES[change]} since ${attempt(since)}: ${told.join(", ")}`;
}

function madeBy(origin: ChangedBy): string {
  return `${originText(origin)}${origin.at === undefined ? "" : `, ${spokenTimeOf(origin.at)}`}`;
}

/** So many characters of a hash tell two apart for people. */
const HASH = "sha256:".length + 4;

function hash(value: string): string {
  return `${visible(value).slice(0, HASH)}…`;
}

function attempt({ attempt, started }: { readonly attempt: string; readonly started?: string }): string {
  return `attempt ${shortAttemptId(attempt)}${started === undefined ? "" : ` (${spokenTimeOf(started)})`}`;
}

function instance({ artifact_type, instance_id }: NamedInstance): string {
  return `${visible(artifact_type)}/${visible(instance_id)}`;
}

/** So many instances are named in a sentence. */
const LISTED = 5;

function instances(all: readonly NamedInstance[]): string {
  const named = all.slice(0, LISTED).map(instance).join(", ");
  return all.length > LISTED ? `${named}, and ${all.length - LISTED} more` : named;
}

function violation({ violation }: { readonly violation?: string }): string {
  return violation === undefined ? "" : `: ${visible(violation)}`;
}

/** `a`, `a and b`, `a, b and c`. */
function names(all: readonly string[], and = "and"): string {
  const shown = all.map(visible);
  return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} ${and} ${shown.at(-1)}`;
}

function standingText({ instances: said, answered_by }: Kind<"choice_stands">): string {
  const stands = said.length === 1 ? "stands" : "stand";
  return `${said.map(instance).join(", ")} ${stands}: ${answered_by.map(visible).join(", ")} answered it without a change`;
}

function owedText({ artifact_types, one_of }: Kind<"owes">): string {
  const choices = one_of.map((members) => `one of ${names(members)}`);
  const all = [...(artifact_types.length === 0 ? [] : [names(artifact_types)]), ...choices];
  return `owes ${all.join(", and ") || "its work"}`;
}

function writerText(
  { artifact_type, protocol, status, scoped, work_unit }: Kind<"written_by">,
  { project }: KeptFlags,
): string {
  const may = `${visible(protocol)} may write ${visible(artifact_type)}`;
  const explain = `runa explain ${shellWord(protocol)}`;
  if (status === undefined)
    return scoped
      ? `${may}, for a work unit: \`${explain} --work-unit ID${project}\``
      : `${may}, unscoped: \`${explain}${project}\``;
  const unit = work_unit === undefined ? "" : ` ${shellOption("--work-unit", work_unit)}`;
  return `${may}, and is ${status.toUpperCase()}: \`${explain}${unit}${project}\``;
}

function executeCommand({ command, protocol, work_unit }: Kind<"execute">, { project }: KeptFlags): string {
  const aim = command === "run" ? ` ${shellWord(protocol)}` : "";
  const unit = work_unit === undefined ? "" : ` ${shellOption("--work-unit", work_unit)}`;
  return `\`runa ${command}${aim}${unit}${project}\``;
}
