import { Cli } from "clipanion";
import { runAgent } from "./program.ts";

// A reader that has gone must not turn a finished delivery into a crash.
process.stdout.on("error", () => {});
process.stderr.on("error", () => {});
process.exitCode = await runAgent(process.argv.slice(2), Cli.defaultContext);
