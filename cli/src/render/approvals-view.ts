import { count, visible } from "@runa/engine";
import type {
  ApprovalEntry,
  ApprovalsAnswer,
  AwaitingEntry,
  DecisionEntry,
  DecisionState,
  DecisionsAnswer,
} from "@runa/engine/deciding";
import { shellWord } from "../output/shell.ts";
import { candidateName } from "./candidate-name.ts";
import { localTimeOf } from "./local-time.ts";
import { columns, out } from "./style.ts";
import { warningLines } from "./warning-lines.ts";

/** What awaits a decision, and for each what a person types. */
export function approvalsText({ scan_warnings, awaiting }: ApprovalsAnswer, flags: string): string[] {
  if (awaiting.length === 0) return [...warningLines(scan_warnings), "nothing awaits a decision"];
  return [...warningLines(scan_warnings), ...awaiting.flatMap((entry) => awaitingText(entry, flags))];
}

function awaitingText(entry: AwaitingEntry, flags: string): string[] {
  const { artifact_type, instance_id, content_hash, work_unit, approvals, rejected_by, waiters, since } = entry;
  const waiting = waiters.map((waiter) => candidateName(waiter.protocol, waiter.work_unit ?? null));
  return [
    out("bold", visible(`${artifact_type}/${instance_id}`)),
    ...columns(
      [
        ["content", content_hash],
        ...(work_unit === undefined ? [] : [["work unit", visible(work_unit)]]),
        ...approvals.map((approval) => ["lacks", lackText(approval)]),
        ...(rejected_by === undefined ? [] : [["rejected", `by ${rejected_by.map(visible).join(", ")}`]]),
        ["waiting", waiting.length === 0 ? "nobody" : waiting.join(", ")],
        ...(since === undefined ? [] : [["since", localTimeOf(since)]]),
        ["decide", decideText(entry, flags)],
      ],
      "  ",
    ),
  ];
}

/** `design-approval: 1 of 2, by anna; role security, not by its author`. */
function lackText({ approval_type, min, by, role, not_author }: ApprovalEntry): string {
  const asked = [
    ...(role === undefined ? [] : [`role ${visible(role)}`]),
    ...(not_author === true ? ["not by its author"] : []),
  ];
  const who = by.length === 0 ? "" : `, by ${by.map(visible).join(", ")}`;
  const which = asked.length === 0 ? "" : `; ${asked.join(", ")}`;
  return `${visible(approval_type)}: ${by.length} of ${min}${who}${which}`;
}

/** What a person types to decide. */
function decideText({ artifact_type, instance_id, rejection_type }: AwaitingEntry, flags: string): string {
  const what = `${shellWord(artifact_type)} ${shellWord(instance_id)}${flags}`;
  return `\`runa approve ${what}\`${rejection_type === undefined ? "" : `, or \`runa reject ${what}\``}`;
}

const STATES: Readonly<Record<DecisionState, string>> = {
  stands: "stands",
  uncounted: "does not count",
  refused: "does not count",
  replaced: "replaced",
  stale: "of another content",
};

/** Everything that was decided on an instance. */
export function decisionsText(answer: DecisionsAnswer): string[] {
  const { artifact_type, instance_id, content_hash, work_unit, approved, approvals, decisions, not_attested } = answer;
  const name = out("bold", visible(`${artifact_type}/${instance_id}`));
  return [
    ...warningLines(answer.scan_warnings),
    `${name}  ${approved ? out("green", "approved") : out("yellow", "not approved")}`,
    ...columns(
      [
        ["content", content_hash],
        ...(work_unit === undefined ? [] : [["work unit", visible(work_unit)]]),
        ...approvals.map((approval) => ["has", lackText(approval)]),
      ],
      "  ",
    ),
    "",
    ...(decisions.length === 0 ? ["nothing was decided on it"] : decisionLines(decisions)),
    ...(not_attested.length === 0 ? [] : ["", `${count(not_attested.length, "file")} that would decide on it:`]),
    ...not_attested.map((file) => `  ${visible(`${file.artifact_type}/${file.instance_id}`)}: ${visible(file.why)}`),
  ];
}

/** `stands`, and what is wrong with it. */
function stateText({ state, why }: DecisionEntry): string {
  return why === undefined ? STATES[state] : `${STATES[state]}; ${visible(why)}`;
}

function decisionLines(decisions: readonly DecisionEntry[]): string[] {
  return [
    `${count(decisions.length, "decision")}, the latest first:`,
    ...decisions.flatMap((entry) => [
      `  ${entry.decision} by ${visible(entry.by)}, ${localTimeOf(entry.at)}: ${stateText(entry)}`,
      `    ${visible(`${entry.artifact_type}/${entry.instance_id}`)}`,
      ...(entry.state === "stale" ? [`    on ${entry.content_hash}`] : []),
      ...(entry.note === undefined ? [] : entry.note.split("\n").map((line) => `    > ${visible(line)}`)),
    ]),
  ];
}
