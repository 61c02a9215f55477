import { Cli } from "clipanion";
import { runAgent } from "./program.ts";

// A reader that has gone must not turn a finished delivery into a crash.
process.stdout.on("error", () => {});
process.stderr.on("error", () => {});
// Not merely the exit code: a stdin that nobody closes must not keep a program that is done.
process.exit(await runAgent(process.argv.slice(2), Cli.defaultContext));
