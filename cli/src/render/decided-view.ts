import { visible } from "@runa/engine";
import { shortAttemptId } from "@runa/engine/attempts";
import type { DecisionResult, DecisionSheet, Stopped } from "@runa/engine/deciding";
import { candidateName } from "./candidate-name.ts";

const VERBS = { approved: "Approve", rejected: "Reject", revoked: "Withdraw what was decided on" } as const;

/** That something was decided: `approved: design/d1, by anna, as design-approval`. */
export function decidedText({ verdict, subject, type, decider }: DecisionSheet): string {
  return `${verdict}: ${visible(`${subject.type}/${subject.id}`)}, by ${visible(decider.name)}, as ${visible(type.name)}`;
}

/** What the person is asked: `Approve design/d1 as design-approval, by anna?` */
export function questionText({ verdict, subject, type, decider }: DecisionSheet): string {
  return `${VERBS[verdict]} ${visible(`${subject.type}/${subject.id}`)} as ${visible(type.name)}, by ${visible(decider.name)}?`;
}

/** That the question was answered with no. */
export function undecidedText(): string {
  return "nothing was decided\n";
}

/** Why nothing was written, as the failure of the command. */
export function notDecidedText(
  { subject, type }: DecisionSheet,
  result: Exclude<DecisionResult, { kind: "decided" }>,
): string {
  const name = visible(`${subject.type}/${subject.id}`);
  switch (result.kind) {
    case "gone":
      return `error: ${name} is gone: nothing was decided\n`;
    case "changed":
      return `error: ${name} was changed after it was looked at: nothing was decided. Look at it again\n`;
    case "not_valid":
      return `error: ${name} is not valid any more: nothing was decided\n`;
    case "invalid": {
      const places = result.violations.map(
        ({ path, expected, got, message = `${path}: expected ${expected}, got ${got}` }) => `  ${visible(message)}\n`,
      );
      const reason = `as ${visible(type.name)} the decision would not be valid: ${result.reason}`;
      return `error: ${reason}. Give what its schema asks for, with --note and --set KEY=VALUE\n${places.join("")}`;
    }
  }
}

/** What became of the attempts that were given what was withdrawn. */
export function stoppedText({ stopped, elsewhere }: Stopped): string[] {
  const name = ({ protocol, workUnit, id }: Stopped["stopped"][number]) =>
    `${candidateName(protocol, workUnit)}, attempt ${shortAttemptId(id)}`;
  return [
    ...stopped.map((attempt) => `stopped: ${name(attempt)}`),
    ...elsewhere.map((attempt) => `not stopped: ${name(attempt)} is executed where it cannot be ended from here`),
    ...(stopped.length + elsewhere.length === 0 ? ["no attempt that was given it is being executed"] : []),
  ];
}
