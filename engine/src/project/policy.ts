import { readSourceFile } from "@runa/store/files";
import { sha256 } from "@runa/store/json";
import { DiagnosticsError } from "../diagnostic.ts";
import { ownApprovalsUnreadable } from "../messages.ts";
import { readOwnApprovals, readPeople } from "../people/people-file.ts";
import { type Policy, policyInForce } from "../people/policy.ts";
import { whyUnreadable } from "../unreadable.ts";
import { exists, userFile } from "./config/place.ts";
import { type Config, fromRoot, unreadablePeople } from "./config.ts";

/** A project's policy, and what it was read from. */
export interface ProjectPolicy extends Policy {
  /** The hash of the bytes of each file, by its absolute path; null where there was none. */
  readonly sources: ReadonlyMap<string, string | null>;
}

/**
 * Who may decide in a project, and what a decision needs (decisions 4): what the config and its file of people say, narrowed
 * by the user's own `approvals.toml`. Nothing of it is taken while something in it is wrong.
 * @throws RunaError, DiagnosticsError with everything that is wrong in a file
 */
export async function readPolicy(root: string, config: Config, environment: NodeJS.ProcessEnv): Promise<ProjectPolicy> {
  const sources = new Map<string, string | null>();
  const read = async <T>(
    file: string | undefined,
    take: (file: string, bytes: Buffer) => Promise<T>,
    problem: (file: string, reason: string) => Promise<Error>,
  ): Promise<T | null> => {
    if (file === undefined) return null;
    let bytes: Buffer;
    try {
      bytes = readSourceFile(file);
    } catch (error) {
      throw await problem(file, whyUnreadable(file, error));
    }
    sources.set(file, sha256(bytes));
    return take(file, bytes);
  };
  const { required, people: named } = config.approvals;
  const [own] = userFile(environment, "approvals.toml");
  const hasOwn = own !== undefined && exists(own);
  if (own !== undefined && !hasOwn) sources.set(own, null);
  const [people, narrowed] = await Promise.all([
    read(named === null ? undefined : fromRoot(root, named), readPeople, (file, reason) =>
      unreadablePeople(config, file, reason),
    ),
    read(hasOwn ? own : undefined, readOwnApprovals, async (file, reason) => {
      return new DiagnosticsError([{ severity: "error", file, message: ownApprovalsUnreadable(reason) }]);
    }),
  ]);
  return { ...policyInForce({ required, people }, narrowed), sources };
}
