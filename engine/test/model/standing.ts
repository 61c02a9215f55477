import type { Decision } from "../../src/decisions/decision.ts";

/**
 * Which decisions on one instance stand, word for word after decisions.md section 2, in no hurry: whether anything newer
 * replaces a decision is asked of each newer one.
 * @param known the people who may decide; null for everybody
 * @param entitled whether an approval is by one of those whom its type asks for
 */
export function standingIn(
  decisions: readonly Decision[],
  content: string,
  known: ReadonlySet<string> | null,
  entitled: (approval: Decision) => boolean,
): Decision[] {
  const mayDecide = ({ by }: Decision) => known === null || known.has(by);
  return decisions.filter((decision, index) => {
    const newer = decisions
      .slice(index + 1)
      .filter((other) => decision.verdict !== "rejected" || other.attested || isAgainst(other, content));
    if (decision.subject.contentHash !== content) return false;
    if (newer.some(({ subject }) => subject.contentHash !== content)) return false;
    if (newer.some((other) => other.by === decision.by && replaces(other, decision))) return false;
    if (decision.verdict === "approved") return decision.valid && decision.attested;
    if (decision.verdict === "revoked" || mayDecide(decision)) return true;
    return !newer.some((other) =>
      other.verdict === "approved" ? other.attested && entitled(other) : other.attested && mayDecide(other),
    );
  });
}

/** What only claims to be a decision withdraws no rejection, and may be one. */
function isAgainst({ verdict, subject }: Decision, content: string): boolean {
  return verdict === "rejected" && subject.contentHash === content;
}

function replaces(newer: Decision, older: Decision): boolean {
  if (newer.verdict !== "approved") return true;
  // It stands beside what the same person approved for another type.
  if (older.verdict === "approved") return newer.type === older.type;
  return newer.attested;
}
