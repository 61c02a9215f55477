import { visible } from "@runa/engine";
import type { DecisionResult, DecisionSheet } from "@runa/engine/deciding";

/** That something was decided: `approved: design/d1, by anna, as design-approval`. */
export function decidedText({ verdict, subject, type, decider }: DecisionSheet): string {
  return `${verdict}: ${visible(`${subject.type}/${subject.id}`)}, by ${visible(decider.name)}, as ${visible(type.name)}`;
}

/** What the person is asked: `Approve design/d1 as design-approval, by anna?` */
export function questionText({ verdict, subject, type, decider }: DecisionSheet): string {
  const verb = verdict === "approved" ? "Approve" : "Reject";
  return `${verb} ${visible(`${subject.type}/${subject.id}`)} as ${visible(type.name)}, by ${visible(decider.name)}?`;
}

/** That the question was answered with no. */
export function undecidedText(): string {
  return "nothing was decided\n";
}

/** Why nothing was written. */
export function notDecidedText(
  { subject, type }: DecisionSheet,
  result: Exclude<DecisionResult, { kind: "decided" }>,
): string[] {
  const name = `${subject.type}/${subject.id}`;
  switch (result.kind) {
    case "gone":
      return [`error: ${name} is gone: nothing was decided`];
    case "changed":
      return [`error: ${name} was changed after it was looked at: nothing was decided. Look at it again`];
    case "not_valid":
      return [`error: ${name} is not valid any more: nothing was decided`];
    case "invalid":
      return [
        `error: as ${type.name} the decision is not complete: ${result.reason}. Give what is missing with --note or --set KEY=VALUE`,
        ...result.violations.map(
          ({ path, expected, got, message }) => `  ${message ?? `${path}: expected ${expected}, got ${got}`}`,
        ),
      ];
  }
}
