import { createInterface } from "node:readline";
import { isatty } from "node:tty";
import { stdout } from "@runa/engine";

/** Whether somebody sits there who can be shown something and asked. */
export function isInteractive(): boolean {
  return isatty(0) && stdout.isTerminal;
}

/** Asks a question whose answer is yes or no; everything but a yes, the end of the input too, is a no. */
export async function isConfirmed(question: string): Promise<boolean> {
  stdout.write(`${question} [y/N] `);
  // The terminal's own line editing: Ctrl-C ends the command, as it does elsewhere.
  const input = createInterface({ input: process.stdin, terminal: false });
  const answer = await new Promise<string>((resolve) => {
    input.once("line", resolve).once("close", () => resolve(""));
  });
  input.close();
  return /^y(es)?$/i.test(answer.trim());
}
