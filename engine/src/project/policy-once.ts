import { exists, userFile } from "./config/place.ts";
import type { Config } from "./config.ts";
import type { ProjectPolicy } from "./policy.ts";

/** What reads a project's policy when it is first asked for, with all that this needs, and has one value from then on. */
export function policyOnce(root: string, config: Config, environment: NodeJS.ProcessEnv): () => Promise<ProjectPolicy> {
  let policy: Promise<ProjectPolicy> | undefined;
  return () => {
    policy ??= import("./policy.ts").then(({ readPolicy }) => readPolicy(root, config, environment));
    return policy;
  };
}

/**
 * Whether decisions have to be signed, as far as it matters for what is believed: also where that cannot be read. Most users
 * have no approvals of their own, and then nothing is read for it.
 */
export async function requiresSignatures(
  { approvals }: Config,
  environment: NodeJS.ProcessEnv,
  policy: () => Promise<ProjectPolicy>,
): Promise<boolean> {
  if (approvals.required) return true;
  if (!userFile(environment, "approvals.toml").some(exists)) return false;
  return policy().then(
    ({ required }) => required,
    () => true,
  );
}
