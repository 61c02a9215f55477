import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunaError, reasonOf } from "@runa/engine";
import { editorFailed, noteEmpty, noteUnreadable } from "../messages.ts";

/**
 * A note as a person writes it in their editor: `$VISUAL`, `$EDITOR`, or `vi`. Lines that begin with `#` are left out.
 * @param about what it is about, which the file says in such a line
 * @param begun what it begins with
 * @throws RunaError where the editor fails, and for an empty note
 */
export async function editedNote(about: string, begun: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), "runa-note-"));
  const file = join(directory, "NOTE.md");
  try {
    writeFileSync(
      file,
      `${begun}\n\n# ${about}\n# Lines that begin with '#' are left out. An empty note ends this: nothing is decided.\n`,
    );
    await edit(file, environment);
    const note = written(file);
    if (note === "") throw new RunaError(noteEmpty());
    return note;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function edit(file: string, { VISUAL, EDITOR }: NodeJS.ProcessEnv): Promise<void> {
  const editor = VISUAL || EDITOR || "vi";
  // A command with options, as git takes it; the file is a word of its own, whatever its directory is called.
  const child = spawn("sh", ["-c", `${editor} "$@"`, editor, file], { stdio: "inherit" });
  // Ctrl-C is the editor's.
  const ignore = () => {};
  process.on("SIGINT", ignore);
  const end = await new Promise<string | null>((resolve) => {
    child.once("error", (error) => resolve(reasonOf(error)));
    child.once("close", (code, signal) => resolve(code === 0 ? null : (signal ?? `exit code ${code}`)));
  });
  process.off("SIGINT", ignore);
  if (end !== null) throw new RunaError(editorFailed(editor, end));
}

function written(file: string): string {
  try {
    const lines = new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file)).split(/\r?\n/);
    return lines
      .filter((line) => !line.startsWith("#"))
      .join("\n")
      .trim();
  } catch (error) {
    throw new RunaError(noteUnreadable(error instanceof TypeError ? "it is not valid UTF-8" : reasonOf(error)));
  }
}
