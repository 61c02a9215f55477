import { readFileSync, statSync } from "node:fs";
import { attemptDirectory } from "../attempt/attempt-directory.ts";
import { closeOutput, keptOutput, OutputFollower, type OutputStream, outputPaths } from "../process/transcript.ts";
import type { Project } from "../project/project.ts";

/** What an agent printed in an attempt, by stream. */
export type Transcript = Readonly<Record<OutputStream, Buffer>>;

/** What an attempt's agent has printed; null where its output was not kept. */
export function transcriptOf(project: Pick<Project, "storeDirectory">, attempt: string): Transcript | null {
  const files = keptOutput(attemptDirectory(project, attempt));
  if (files === null) return null;
  try {
    return { stdout: readFileSync(files.stdout.file), stderr: readFileSync(files.stderr.file) };
  } finally {
    closeOutput(files);
  }
}

/** Whether anything that an attempt's agent printed was kept. */
export function hasTranscript(project: Pick<Project, "storeDirectory">, attempt: string): boolean {
  const { stdout, stderr } = outputPaths(attemptDirectory(project, attempt));
  return [stdout, stderr].some((file) => (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0);
}

/**
 * Hands over what an attempt's agent has printed, and then what it prints; null where its output is not kept.
 * @param show gets the output in chunks, those of one stream in their order
 */
export function followTranscript(
  project: Pick<Project, "storeDirectory">,
  attempt: string,
  show: (stream: OutputStream, chunk: Buffer) => void,
): OutputFollower | null {
  const files = keptOutput(attemptDirectory(project, attempt));
  return files === null ? null : new OutputFollower(files, show);
}
