import { version } from "@runa/engine";

const args = process.argv.slice(2);
// The one answer that needs nothing loaded.
if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) process.stdout.write(`runa ${version}\n`);
else {
  const { main } = await import("./cli.ts");
  process.exitCode = await main(args);
}
