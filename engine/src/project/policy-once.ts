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
