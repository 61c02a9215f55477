import { stdout } from "./output/output.ts";

declare const RUNA_VERSION: string | undefined;

const args = process.argv.slice(2);
// The one answer for which not even the engine is loaded.
if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) {
  stdout.write(`runa ${typeof RUNA_VERSION === "string" ? RUNA_VERSION : "0.0.0-dev"}\n`);
} else {
  void import("./cli.ts").then(async ({ main }) => {
    process.exitCode = await main(args);
  });
}
