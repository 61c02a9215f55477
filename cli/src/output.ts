/**
 * Keeps what happens to stdout and stderr from ending the program with a stack trace. A reader that went away, such as
 * `head`, is no failure: the command ends with its own exit code. Output that could not be written for another reason,
 * such as a full disk, is said once and makes the exit code 1.
 */
export function guardOutput(): void {
  let lost: NodeJS.ErrnoException | undefined;
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE" || lost !== undefined) return;
    lost = error;
    process.stderr.write(`error: the output could not be written: ${error.message}\n`);
  });
  process.stderr.on("error", () => {
    // There is nowhere left to say so.
  });
  // Not before the end, because the command sets its own exit code when it is done.
  process.on("exit", (code) => {
    if (lost !== undefined && code === 0) process.exitCode = 1;
  });
}
