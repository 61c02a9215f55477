import { visible } from "@runa/engine";
import type { TrailAnswer } from "@runa/engine/audit";
import { out } from "../style.ts";
import { chainsOf, type Link } from "./chain.ts";
import { attemptAgent, attemptFacts, contentName, decisionText, madeBy, shortHash } from "./words.ts";

/** However long a chain is, its lines are set no further in than this. */
const DEEPEST = 24;

/** The chains as trees: each artifact with what it was made from below it. */
export function trailText(answer: TrailAnswer): string[] {
  const warnings = answer.scan_warnings.map((warning) => `${out("yellow", "warning:")} ${warning}`);
  if (answer.artifacts.length === 0) return [...warnings, "there are no artifacts"];
  const trees = chainsOf(answer).map((link, index) => {
    const artifact = answer.artifacts[index];
    const status = artifact === undefined ? "" : `  ${statusText(artifact.status)}`;
    const unit = artifact?.work_unit === undefined ? "" : `  work unit ${visible(artifact.work_unit)}`;
    return [`${nameOf(link)}${status}${unit}`, ...below(link, 2)];
  });
  return [
    ...warnings,
    ...trees.flatMap((lines, index) => (index === 0 && warnings.length === 0 ? lines : ["", ...lines])),
  ];
}

function statusText(status: TrailAnswer["artifacts"][number]["status"]): string {
  return out(status === "valid" ? "green" : "red", status);
}

function nameOf({ content }: Link): string {
  return `${out("bold", contentName(content))}  ${out("dim", shortHash(content.content_hash))}`;
}

/** What is to be said of a content: who decided on it, who made it, and from what. */
function below({ content, decisions, attempt, isRepeated, from }: Link, depth: number): string[] {
  const indent = " ".repeat(Math.min(depth, DEEPEST));
  const decided = decisions.map((one) => `${indent}${out(COLOURS[one.decision], decisionText(one))}`);
  const made = `${indent}${madeBy(content, attempt)}`;
  if (attempt === null) return [...decided, made];
  if (isRepeated) return [...decided, `${made} (above)`];
  return [
    ...decided,
    made,
    `${indent}  ${attemptFacts(attempt)}`,
    `${indent}  ${attemptAgent(attempt)}`,
    ...from.flatMap((link) => [`${indent}  ${nameOf(link)}`, ...below(link, depth + 4)]),
  ];
}

const COLOURS = { approved: "green", rejected: "red", revoked: "yellow" } as const;
