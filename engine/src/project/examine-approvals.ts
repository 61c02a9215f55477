import { dirname } from "node:path";
import { wallTime } from "@runa/store";
import { count } from "../count.ts";
import { type Diagnostic, DiagnosticsError, RunaError } from "../diagnostic.ts";
import {
  approvalImpossible,
  approvalNobodyNamed,
  approvalUnsigned,
  keyInAgent,
  keyWithoutPassphrase,
} from "../messages.ts";
import type { ApprovalAnnotation } from "../methodology/annotation.ts";
import { decisionTypesOf } from "../methodology/decision-types.ts";
import { schemaFile } from "../methodology/methodology.ts";
import { gitSigningKey } from "../people/decider.ts";
import type { Person } from "../people/person.ts";
import { holderOf, type Policy } from "../people/policy.ts";
import { exposureOf } from "../signature/exposure.ts";
import { projectConfigFile } from "./config.ts";
import type { OpenProject } from "./project.ts";

/** What is wrong with who may decide in a project, and with how that is known (decisions 4). */
export async function examineApprovals(project: OpenProject, environment: NodeJS.ProcessEnv): Promise<Diagnostic[]> {
  let policy: Policy;
  try {
    policy = await project.policy();
  } catch (error) {
    return unreadable(project, error);
  }
  const types = decisionTypesOf(project.methodology);
  if (types.isEmpty) return [];
  const root = dirname(project.methodology.file);
  const approvals = types.subjects.flatMap((subject) => types.approvalsOf(subject));
  const problems = approvals.flatMap(({ name, annotation }): Diagnostic[] => {
    const message = problemOf(name, annotation, policy);
    return message === null ? [] : [{ severity: "problem", file: schemaFile(root, name), message }];
  });
  return policy.required ? [...problems, ...(await keyWarnings(project, policy, environment))] : problems;
}

function unreadable({ root, config }: OpenProject, error: unknown): Diagnostic[] {
  if (error instanceof DiagnosticsError)
    return error.diagnostics.map((found) => ({ ...found, severity: "problem" as const }));
  if (error instanceof RunaError)
    return [{ severity: "problem", file: config.file ?? projectConfigFile(root), message: error.message }];
  throw error;
}

/** Why an approval type could not be given, or not by as many people as it says; null where it can. */
function problemOf(type: string, { min, role }: ApprovalAnnotation, policy: Policy): string | null {
  const { people, required } = policy;
  if (people === null && min > 1) return approvalNobodyNamed(type, min);
  const able = [...(people?.values() ?? [])].filter((person) => isAble(person, role, policy)).length;
  if ((people !== null || role !== null) && able < min) {
    const wanted = [...(role === null ? [] : [`the role '${role}'`]), ...(required ? ["a valid key"] : [])];
    const who = count(min, "person", "people");
    return approvalImpossible(type, wanted.length === 0 ? who : `${who} with ${wanted.join(" and ")}`, able);
  }
  return min > 1 && !required ? approvalUnsigned(type, min) : null;
}

function isAble({ git, keys, roles }: Person, role: string | null, policy: Policy): boolean {
  if (role !== null && !roles.includes(role)) return false;
  const now = wallTime();
  const canSign = keys.some(({ key }) => holderOf(policy, key.text, now).kind === "holds");
  return canSign || (!policy.required && git.length > 0);
}

/** Whether the key that this user signs with can be used by whoever has the user's rights. */
async function keyWarnings(
  { root, config }: OpenProject,
  policy: Policy,
  environment: NodeJS.ProcessEnv,
): Promise<Diagnostic[]> {
  // One that is not taken is told when somebody decides with it.
  const key = await gitSigningKey({ root, environment }).catch(() => null);
  if (key === null || holderOf(policy, key.public.text, wallTime()).kind === "nobody") return [];
  const exposure = await exposureOf(key, environment);
  if (exposure === null) return [];
  const { fingerprint } = key.public;
  const message = exposure === "agent" ? keyInAgent(fingerprint) : keyWithoutPassphrase(fingerprint);
  return [
    { severity: "warning", file: key.kind === "file" ? key.file : (config.file ?? projectConfigFile(root)), message },
  ];
}
