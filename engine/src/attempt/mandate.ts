import type { Actor } from "@runa/store/log";
import { hasDecisions } from "../decisions/decided.ts";
import { personNow } from "../people/decider.ts";
import { thisPerson } from "../process/person.ts";
import type { ProjectPolicy } from "../project/policy.ts";
import type { OpenProject } from "../project/project.ts";

/** On whose behalf work is executed, and under which policy: both are told with each claim. */
export interface Mandate {
  readonly policy: ProjectPolicy;
  /** Where people decide, under the name by which they do: an approval may have to be by another. */
  readonly person: Actor | undefined;
}

/**
 * Who has work executed now.
 * @throws RunaError, DiagnosticsError where who may decide cannot be read: such work is not begun
 */
export async function mandateNow(project: OpenProject, environment: NodeJS.ProcessEnv): Promise<Mandate> {
  const policy = await project.policy();
  if (!hasDecisions(project.methodology)) return { policy, person: thisPerson() };
  const name = await personNow(policy, { root: project.root, environment });
  return { policy, person: name === null ? undefined : { kind: "person", name } };
}
