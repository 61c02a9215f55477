import { durationText } from "@runa/engine";
import type { ExplainedAttempt, ExplainedProtocol, ExplanationAnswer, ReasonNode } from "@runa/engine/answers";
import { shortAttemptId } from "@runa/engine/attempts";
import type { KeptFlags } from "./attempt-view.ts";
import { candidateName } from "./candidate-name.ts";
import { spokenTimeOf } from "./local-time.ts";
import { reasonText, shortReasons } from "./reason-text.ts";
import { columns, out } from "./style.ts";
import { tokensText, usdText } from "./usage-text.ts";

const COLOURS = { ready: "green", blocked: "red", waiting: "yellow" } as const;

/** Why protocols stand where they do: of one the whole tree, of several a paragraph each. */
export function explanationText({ protocols, scan_warnings }: ExplanationAnswer, flags: KeptFlags): string[] {
  const warnings = scan_warnings.map((warning) => `${out("yellow", "warning:")} ${warning}`);
  const told = protocols.map((protocol) =>
    protocol.tree === undefined ? paragraph(protocol, flags) : whole(protocol, flags),
  );
  return [
    ...warnings,
    ...told.flatMap((lines, index) => (index === 0 && warnings.length === 0 ? lines : ["", ...lines])),
  ];
}

function headline({ name, work_unit, status }: ExplainedProtocol): string {
  return `${out("bold", candidateName(name, work_unit ?? null))}  ${out(COLOURS[status], status.toUpperCase())}`;
}

function paragraph(protocol: ExplainedProtocol, flags: KeptFlags): string[] {
  const { reasons, last_attempt, next } = protocol;
  const failed = last_attempt !== undefined && last_attempt.outcome !== "delivered" ? last_attempt : null;
  return [
    headline(protocol),
    ...columns(
      [
        [linkOf(protocol), shortReasons(reasons)],
        ...(failed === null ? [] : [["last attempt", `${failed.outcome}, ${spokenTimeOf(failed.started)}`]]),
        ["next", reasonText(next, flags)],
      ],
      "  ",
    ),
  ];
}

/** What leads from a status to what decides it. */
function linkOf({ status, reasons }: ExplainedProtocol): string {
  if (status === "blocked") return "lacks";
  return reasons.some(({ kind }) => kind === "not_called_for" || kind === "never_called_for") ? "waits for" : "because";
}

function whole(protocol: ExplainedProtocol, flags: KeptFlags): string[] {
  const { tree, attempts = [], reasons, next } = protocol;
  if (tree === undefined) return [];
  const part = (title: string, nodes: readonly ReasonNode[]) =>
    nodes.length === 0 ? [] : ["", out("bold", title), ...nodes.flatMap((node) => nodeText(node, flags, "  "))];
  return [
    `${headline(protocol)}  ${linkOf(protocol)} ${shortReasons(reasons)}`,
    ...part("is it called for?", [tree.trigger]),
    ...part("does it have what it requires?", tree.requires),
    ...part("what else it would be given", tree.accepts),
    ...part("do its outputs do?", tree.outputs),
    ...part("what keeps it", tree.kept),
    ...part("what it owes", [tree.owed]),
    ...(attempts.length === 0 ? [] : ["", out("bold", "its last attempts"), ...attemptsText(attempts)]),
    "",
    out("bold", "what would move it"),
    `  ${reasonText(next, flags)}`,
  ];
}

function nodeText({ reason, because = [] }: ReasonNode, flags: KeptFlags, indent: string): string[] {
  return [`${indent}${reasonText(reason, flags)}`, ...because.flatMap((node) => nodeText(node, flags, `${indent}  `))];
}

function attemptsText(attempts: readonly ExplainedAttempt[]): string[] {
  return columns(
    attempts.map(({ id, status, outcome, tries, started, duration_ms, usage, says }) => [
      shortAttemptId(id),
      outcome ?? status,
      spokenTimeOf(started),
      [
        ...(tries === 1 ? [] : [`try ${tries}`]),
        ...(duration_ms === undefined ? [] : [durationText(duration_ms)]),
        ...(usage?.cost_usd === undefined ? [] : [usdText(usage.cost_usd)]),
        ...(usage?.tokens === undefined ? [] : [`${tokensText(usage.tokens)} tokens`]),
        ...(outcome === "delivered" ? [] : says.map((line) => line.trim())),
      ].join(", "),
    ]),
    "  ",
  );
}
