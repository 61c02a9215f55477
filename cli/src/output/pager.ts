import { spawn } from "node:child_process";
import { stdout } from "./output.ts";

/**
 * Shows a long text: on a terminal through `$PAGER`, or `less` where that is not set, as git does; else as it is.
 * @param text in parts, one after the other
 */
export async function page(text: readonly Uint8Array[], environment: NodeJS.ProcessEnv): Promise<void> {
  const pager = stdout.isTerminal ? pagerIn(environment) : null;
  if (pager === null || !(await shownBy(pager, text, environment))) for (const part of text) stdout.write(part);
}

/** The command of the pager, for a shell; null where none is wanted. */
function pagerIn(environment: NodeJS.ProcessEnv): string | null {
  const { PAGER } = environment;
  if (PAGER !== undefined) return PAGER === "" || PAGER === "cat" ? null : PAGER;
  return "command -v less > /dev/null || exit 127; exec less";
}

/** Whether the pager could be started; resolves when it has ended. */
function shownBy(pager: string, text: readonly Uint8Array[], environment: NodeJS.ProcessEnv): Promise<boolean> {
  // less ends at once where all fits on the screen, and passes colours on, but nothing else that a terminal would obey.
  const env = { LESS: "FRX", ...environment };
  return new Promise((resolve) => {
    const child = spawn("sh", ["-c", pager], { stdio: ["pipe", "inherit", "inherit"], env });
    child.once("error", () => resolve(false));
    // Ctrl-C is the pager's.
    const ignore = () => {};
    process.on("SIGINT", ignore);
    child.once("close", (code) => {
      process.off("SIGINT", ignore);
      // The shell's words for what cannot be executed, or is not there.
      resolve(code !== 126 && code !== 127);
    });
    // Whoever leaves the pager early has seen enough.
    child.stdin.on("error", () => {});
    for (const part of text) child.stdin.write(part);
    child.stdin.end();
  });
}
