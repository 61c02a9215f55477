import { runAgent } from "./program.ts";

const { stdin, stdout, stderr, env } = process;
// A reader that has gone must not turn a finished delivery into a crash.
stdout.on("error", () => {});
stderr.on("error", () => {});
// Not merely the exit code: a stdin that nobody closes must not keep a program that is done.
void runAgent(process.argv.slice(2), { stdin, stdout, stderr, env, colorDepth: 1 }).then(process.exit);
