import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure, messageOf } from "../failure.ts";
import { VERSION } from "../version.ts";
import { visible } from "../visible.ts";
import { type Answer, answerOf } from "./answer.ts";
import type { ServerConfig } from "./config.ts";
import { isOwnTool, type ListedTool, type Offer, offerOf } from "./offer.ts";

/** A running MCP server, connected. */
export interface Server {
  /** What may be delivered, in the server's order. */
  readonly offers: readonly Offer[];
  /** The server's own tools that are no delivery, by name. */
  readonly ownTools: ReadonlySet<string>;
  /** Calls a tool. @throws Failure when the server breaks the protocol or ends. */
  call(tool: string, args: Readonly<Record<string, unknown>>): Promise<Answer>;
  /** Ends the server: closes its stdin, then SIGTERM, then SIGKILL. */
  close(): Promise<void>;
}

/**
 * Starts the MCP server and lists its tools. `onStart` is handed the way to end it before the first byte is exchanged,
 * so that a signal can end a server that never answers.
 * @throws Failure when it cannot be started or does not answer, with the last line that it wrote to stderr.
 */
export async function startServer(
  config: ServerConfig,
  env: NodeJS.ProcessEnv,
  stderr: NodeJS.WritableStream,
  onStart: (close: () => Promise<void>) => void,
): Promise<Server> {
  const [{ Client }, { StdioClientTransport }] = await Promise.all([
    import("@modelcontextprotocol/client"),
    import("@modelcontextprotocol/client/stdio"),
  ]);
  const transport = new StdioClientTransport({
    command: config.command,
    args: [...config.args],
    env: definedOnly({ ...env, ...config.env }),
    stderr: "pipe",
  });
  const said = holdBack(transport.stderr as Readable | null, stderr);
  const client = new Client({ name: "runa-agent", version: VERSION });
  const close = () => client.close();
  onStart(close);

  let listed: readonly ListedTool[];
  try {
    await client.connect(transport);
    listed = (await client.listTools()).tools;
  } catch (error) {
    await close();
    const why = (await said.lastLine()) ?? messageOf(error);
    throw new Failure(`the MCP server did not start: ${visible(why)} (started as: ${visible(commandLine(config))})`);
  }
  said.release();
  return {
    offers: listed.filter((tool) => !isOwnTool(tool)).map(offerOf),
    ownTools: new Set(listed.filter(isOwnTool).map((tool) => tool.name)),
    close,
    async call(tool, args) {
      try {
        return answerOf(await client.callTool({ name: tool, arguments: { ...args } }));
      } catch (error) {
        throw new Failure(`the call of tool "${visible(tool)}" failed: ${visible(messageOf(error))}`);
      }
    },
  };
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function commandLine(config: ServerConfig): string {
  return [config.command, ...config.args].map((word) => (/\s/.test(word) ? JSON.stringify(word) : word)).join(" ");
}

/** What is given to a server that has ended for its last words to arrive, in milliseconds. */
const LAST_WORDS = 200;

interface Held {
  /** The last line so far, once the stream has ended; undefined where nothing was said. */
  lastLine(): Promise<string | undefined>;
  /** Shows what was held back, and from now on everything at once. */
  release(): void;
}

/** Keeps what the server writes to stderr until it has started: if it does not, the last line is the reason. */
function holdBack(from: Readable | null, to: NodeJS.WritableStream): Held {
  let held = "";
  let through = false;
  from?.on("data", (chunk: Buffer) => {
    if (through) to.write(chunk);
    else held += chunk.toString("utf8");
  });
  const ended = new Promise<void>((resolve) => from?.once("end", resolve));
  return {
    async lastLine() {
      await Promise.race([ended, sleep(LAST_WORDS)]);
      const lines = held.split("\n").map((line) => line.trim());
      return lines.findLast((line) => line !== "");
    },
    release() {
      through = true;
      if (held !== "") to.write(held);
      held = "";
    },
  };
}
