import { setTimeout as pause } from "node:timers/promises";
import {
  abandonAttempt,
  beforeAttempt,
  finishSuperseding,
  type OpenAttempt,
  removeLitter,
  unendedAttempts,
} from "@runa/store";
import { logAttemptRecovered } from "../log/records.ts";
import type { OpenProject } from "../project/project.ts";
import { concludeAttempt } from "./conclusion.ts";
import type { Outcome } from "./outcome.ts";
import { ownerLives, processLives } from "./owner.ts";

/** What a command found that executes work: an attempt whose runa is gone. */
export type RecoveryEvent =
  | { readonly kind: "attempt_adopted"; readonly attempt: OpenAttempt }
  | { readonly kind: "attempt_recovered"; readonly attempt: OpenAttempt; readonly outcome: Outcome };

/** How often, in milliseconds, an agent that is not our child is looked for. */
const LOOK_EVERY = 100;

/**
 * Puts in order what a command that died has left, before work is executed: attempts without an owner are ended by what
 * they delivered, after their agent if that is still alive; what a success superseded is moved; half-written files go.
 */
export async function recover(project: OpenProject, listen: (event: RecoveryEvent) => void): Promise<void> {
  const { store, workspace, methodology } = project;
  for (const attempt of unendedAttempts(store))
    if (!ownerLives(attempt.owner)) await endOrphan(project, attempt, listen);
  finishSuperseding(store, workspace);
  removeLitter(store, workspace, methodology.types.keys());
}

async function endOrphan(
  project: OpenProject,
  attempt: OpenAttempt,
  listen: (event: RecoveryEvent) => void,
): Promise<void> {
  const { agent, id, workUnit, started } = attempt;
  const tell = (outcome: Outcome) => {
    logAttemptRecovered(attempt, outcome);
    listen({ kind: "attempt_recovered", attempt, outcome });
  };
  if (agent !== null && processLives(agent)) {
    listen({ kind: "attempt_adopted", attempt });
    while (processLives(agent)) await pause(LOOK_EVERY);
  }
  const protocol = project.methodology.protocols.find(({ name }) => name === attempt.protocol);
  if (protocol === undefined) {
    // The methodology no longer has it, so nothing can be judged by its obligations.
    abandonAttempt(project.store, id);
    tell({ id: "abandoned" });
    return;
  }
  const running = { id, protocol, workUnit, started, before: beforeAttempt(project.store, id) };
  const { outcome } = await concludeAttempt(project, running, (judged) =>
    judged.id === "delivered" ? judged : { id: "abandoned" },
  );
  tell(outcome);
}
