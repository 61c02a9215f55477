import { statSync } from "node:fs";
import type { OpenProject } from "../project/project.ts";
import { attemptDirectory } from "./conclusion.ts";
import { outputPaths } from "./process/transcript.ts";

/** The files with what an attempt's agent wrote; none where its output was not captured, or it wrote nothing. */
export function attemptOutput(project: OpenProject, attempt: string): string[] {
  const { stdout, stderr } = outputPaths(attemptDirectory(project, attempt));
  return [stdout, stderr].filter((file) => (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0);
}
