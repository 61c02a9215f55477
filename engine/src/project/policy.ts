import { readSourceFile } from "@runa/store/files";
import { DiagnosticsError } from "../diagnostic.ts";
import { ownApprovalsUnreadable } from "../messages.ts";
import { readOwnApprovals, readPeople } from "../people/people-file.ts";
import type { OwnApprovals } from "../people/people-reader.ts";
import type { People } from "../people/person.ts";
import { type Policy, policyInForce } from "../people/policy.ts";
import { whyUnreadable } from "../unreadable.ts";
import { exists, userFile } from "./config/place.ts";
import { fromRoot, unreadablePeople } from "./config.ts";
import type { Project } from "./project.ts";

/**
 * Who may decide here, and what a decision needs (decisions 4): what the config and its file of people say, narrowed by the
 * user's own `approvals.toml`. Nothing of it is taken while something in it is wrong.
 * @throws RunaError, DiagnosticsError with everything that is wrong in a file
 */
export async function readPolicy(
  project: Pick<Project, "root" | "config">,
  environment: NodeJS.ProcessEnv,
): Promise<Policy> {
  const { required } = project.config.approvals;
  const [people, own] = await Promise.all([projectPeople(project), ownApprovals(environment)]);
  return policyInForce({ required, people }, own);
}

async function projectPeople({ root, config }: Pick<Project, "root" | "config">): Promise<People | null> {
  const named = config.approvals.people;
  if (named === null) return null;
  const file = fromRoot(root, named);
  let bytes: Buffer;
  try {
    bytes = readSourceFile(file);
  } catch (error) {
    throw await unreadablePeople(config, file, whyUnreadable(file, error));
  }
  return readPeople(file, bytes);
}

async function ownApprovals(environment: NodeJS.ProcessEnv): Promise<OwnApprovals | null> {
  const [file] = userFile(environment, "approvals.toml");
  if (file === undefined || !exists(file)) return null;
  let bytes: Buffer;
  try {
    bytes = readSourceFile(file);
  } catch (error) {
    const message = ownApprovalsUnreadable(whyUnreadable(file, error));
    throw new DiagnosticsError([{ severity: "error", file, message }]);
  }
  return readOwnApprovals(file, bytes);
}
