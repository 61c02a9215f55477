import type { Connection } from "./connection.ts";
import { type CallResult, McpClient, type ServerMessage, type Tool } from "./mcp-client.ts";
import { Queue } from "./queue.ts";
import { within } from "./within.ts";

/** What the fake agent tells of itself when it starts. */
export interface Greeting {
  readonly pid: number;
  /** The directory that it was started in. */
  readonly directory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly prompt: string;
}

/** What the fake agent sends: first its greeting, then answers to commands and the signals that it ignored. */
export interface AgentMessage {
  readonly agent?: Greeting;
  readonly id?: number;
  readonly done?: boolean;
  readonly failed?: string;
  readonly signal?: string;
}

interface McpConfig {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** A running attempt: its agent does what the test says. */
export class Attempt {
  readonly greeting: Greeting;
  readonly #connection: Connection<AgentMessage>;
  readonly #nextServer: (name: string) => Promise<Connection<ServerMessage>>;
  readonly #answers = new Map<number, (message: AgentMessage) => void>();
  readonly #signals = new Queue<string>();
  #lastId = 0;
  #serverStays = false;
  #client: Promise<McpClient> | undefined;

  constructor(
    greeting: Greeting,
    connection: Connection<AgentMessage>,
    nextServer: (name: string) => Promise<Connection<ServerMessage>>,
  ) {
    this.greeting = greeting;
    this.#connection = connection;
    this.#nextServer = nextServer;
    connection.receive = (message) => {
      if (message.signal !== undefined) this.#signals.put(message.signal);
      if (message.id !== undefined) this.#answers.get(message.id)?.(message);
    };
    // A real server's input ends with its agent.
    void connection.closed.then(() => {
      if (!this.#serverStays) this.#client?.then((client) => client.end()).catch(() => {});
    });
  }

  get pid(): number {
    return this.greeting.pid;
  }

  get env(): Greeting["env"] {
    return this.greeting.env;
  }

  get prompt(): string {
    return this.greeting.prompt;
  }

  /** The attempt's id. */
  get id(): string {
    return this.env.RUNA_ATTEMPT ?? "";
  }

  get mcpConfig(): McpConfig {
    return JSON.parse(this.env.RUNA_MCP_CONFIG ?? "null");
  }

  get protocol(): string | null {
    return this.#argument("--protocol");
  }

  get workUnit(): string | null {
    return this.#argument("--work-unit");
  }

  /** The session with this attempt's server, which the agent starts when it is first asked for. */
  server(): Promise<McpClient> {
    this.#client ??= this.#startServer();
    return this.#client;
  }

  async tools(): Promise<readonly Tool[]> {
    return (await this.server()).tools();
  }

  async call(tool: string, args: object): Promise<CallResult> {
    return (await this.server()).call(tool, args);
  }

  /** Delivers one artifact by its tool; fails the test when it is refused. */
  async deliver(type: string, instanceId: string, artifact: object): Promise<CallResult> {
    const result = await this.call(type, { instance_id: instanceId, ...artifact });
    if (result.isError) throw new Error(`${type}/${instanceId} was refused: ${result.text}`);
    return result;
  }

  /** Writes a file, past the server; a relative path counts from the project. */
  async writeFile(path: string, text: string): Promise<void> {
    await this.#command("write", { path, text });
  }

  /** Writes to the agent's stdout or stderr. */
  async say(stream: "stdout" | "stderr", text: string): Promise<void> {
    await this.#command("say", { stream, text });
  }

  /** From now on the agent survives SIGTERM; `signalled` tells of each. */
  async ignoreSigterm(): Promise<void> {
    await this.#command("ignore", { signal: "SIGTERM" });
  }

  /** The next signal that the agent was sent and ignored. */
  signalled(): Promise<string> {
    return within(this.#signals.take(), "a signal to the agent");
  }

  /** Ends the agent; resolves when it has gone. */
  async exit(code: number): Promise<void> {
    this.#send("exit", { code });
    await this.gone("after it was told to exit");
  }

  /** Ends the agent and leaves its server running, for as long as the test keeps the session open. */
  async exitWithoutServer(code: number): Promise<void> {
    this.#serverStays = true;
    await this.exit(code);
  }

  /** Sends the agent a signal that it does not survive; resolves when it has gone. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    process.kill(this.pid, signal);
    await this.gone(`after ${signal}`);
  }

  /** Resolves when the agent has gone. */
  async gone(when: string): Promise<void> {
    await within(this.#connection.closed, `the end of the agent ${when}`);
  }

  #argument(flag: string): string | null {
    const { args } = this.mcpConfig;
    const index = args.indexOf(flag);
    return index === -1 ? null : (args[index + 1] ?? null);
  }

  async #startServer(): Promise<McpClient> {
    const name = `server of ${this.pid}`;
    await this.#command("server", { name });
    const client = new McpClient(await within(this.#nextServer(name), "the server's connection"));
    await client.initialize();
    return client;
  }

  async #command(deed: string, details: object): Promise<void> {
    const answer = new Promise<AgentMessage>((resolve) => this.#answers.set(this.#lastId + 1, resolve));
    const lost = this.#connection.closed.then((): AgentMessage => ({ failed: "the agent has gone" }));
    this.#send(deed, details);
    const { failed } = await within(Promise.race([answer, lost]), `the agent to ${deed}`);
    if (failed !== undefined) throw new Error(`the agent was to ${deed}: ${failed}`);
  }

  #send(deed: string, details: object): void {
    this.#connection.send({ id: ++this.#lastId, deed, ...details });
  }
}
