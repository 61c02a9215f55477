import type { Policy } from "../people/policy.ts";
import type { Project } from "./project.ts";

/**
 * Who may decide in a project, and what a decision needs. Most commands never ask, so what reads it is loaded here.
 * @throws RunaError, DiagnosticsError with everything that is wrong in a file
 */
export async function loadPolicy(
  project: Pick<Project, "root" | "config">,
  environment: NodeJS.ProcessEnv,
): Promise<Policy> {
  const { readPolicy } = await import("./policy.ts");
  return readPolicy(project, environment);
}
