import { existsSync, readFileSync, statSync } from "node:fs";
import { attemptDirectory } from "../execute/conclusion.ts";
import { OutputFollower, type OutputStream, outputFiles } from "../execute/process/transcript.ts";
import type { Project } from "../project/project.ts";

/** What an agent printed in an attempt, by stream. */
export type Transcript = Readonly<Record<OutputStream, Buffer>>;

/** What an attempt's agent has printed; null where its output was not kept. */
export function transcriptOf(project: Pick<Project, "storeDirectory">, attempt: string): Transcript | null {
  const files = outputFiles(attemptDirectory(project, attempt));
  if (!existsSync(files.stdout)) return null;
  return {
    stdout: readFileSync(files.stdout),
    stderr: existsSync(files.stderr) ? readFileSync(files.stderr) : NOTHING,
  };
}

const NOTHING = Buffer.alloc(0);

/** Whether anything that an attempt's agent printed was kept. */
export function hasTranscript(project: Pick<Project, "storeDirectory">, attempt: string): boolean {
  const { stdout, stderr } = outputFiles(attemptDirectory(project, attempt));
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
  const files = outputFiles(attemptDirectory(project, attempt));
  if (!existsSync(files.stdout) || !existsSync(files.stderr)) return null;
  return new OutputFollower(files, show);
}
