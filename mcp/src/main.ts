import { stderr, stdout, visible } from "@runa/engine";
import { readCommandLine, USAGE } from "./command-line.ts";

declare const RUNA_VERSION: string | undefined;
// The engine knows it too, but `--version` is not worth loading the engine for.
const VERSION = typeof RUNA_VERSION === "string" ? RUNA_VERSION : "0.0.0-dev";

/** Serves until the client has gone; resolves to the exit code. */
async function main(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const command = readCommandLine(args);
  switch (command.kind) {
    case "help":
      stdout.write(USAGE);
      return 0;
    case "version":
      stdout.write(`runa-mcp ${VERSION}\n`);
      return 0;
    case "wrong":
      stderr.write(`error: ${visible(command.reason)}\n\n${USAGE}`);
      return 1;
    case "serve": {
      const { serveProtocol } = await import("./serve-protocol.ts");
      return serveProtocol(command, env, VERSION);
    }
  }
}

void main(process.argv.slice(2), process.env).then((exitCode) => {
  process.exitCode = exitCode;
  // A client that is still there after a signal would keep the process waiting for its next line.
  process.stdin.destroy();
});
