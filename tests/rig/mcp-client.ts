import type { Connection } from "./connection.ts";
import { within } from "./within.ts";

/** A tool as the server lists it. */
export interface Tool {
  readonly name: string;
  readonly title?: string;
  readonly inputSchema: { readonly required?: readonly string[]; readonly properties?: object };
}

/** What a call came to. */
export interface CallResult {
  readonly isError: boolean;
  readonly text: string;
  readonly structured: Readonly<Record<string, unknown>>;
}

/** What a server writes. */
export interface ServerMessage {
  readonly id?: number;
  readonly result?: {
    readonly tools?: readonly Tool[];
    readonly isError?: boolean;
    readonly content?: readonly { readonly text: string }[];
    readonly structuredContent?: Readonly<Record<string, unknown>>;
  };
  readonly error?: { readonly code?: number; readonly message: string };
}

/** One session with a real `runa-mcp`, in raw JSON-RPC. */
export class McpClient {
  readonly #connection: Connection<ServerMessage>;
  readonly #asked = new Map<number, (answer: ServerMessage) => void>();
  #lastId = 0;

  constructor(connection: Connection<ServerMessage>) {
    this.#connection = connection;
    connection.receive = (message) => {
      if (message.id !== undefined) this.#asked.get(message.id)?.(message);
    };
  }

  async initialize(): Promise<void> {
    await this.#request("initialize", {
      protocolVersion: "2025-06-18",
      capabilities: {},
      clientInfo: { name: "rig", version: "1" },
    });
    this.#send({ method: "notifications/initialized" });
  }

  async tools(): Promise<readonly Tool[]> {
    return (await this.#request("tools/list", {})).tools ?? [];
  }

  async call(name: string, args: object): Promise<CallResult> {
    const result = await this.#request("tools/call", { name, arguments: args });
    const { isError = false, content = [], structuredContent = {} } = result;
    return { isError, text: content.map(({ text }) => text).join("\n"), structured: structuredContent };
  }

  /** Ends the server's input, as a client that has finished does. */
  end(): void {
    this.#connection.end();
  }

  async #request(method: string, params: object): Promise<NonNullable<ServerMessage["result"]>> {
    const id = ++this.#lastId;
    const answer = new Promise<ServerMessage>((resolve) => this.#asked.set(id, resolve));
    const gone = this.#connection.closed.then((): ServerMessage => ({ error: { message: "the server has gone" } }));
    this.#send({ id, method, params });
    const { result, error } = await within(Promise.race([answer, gone]), `the server's answer to ${method}`);
    if (result === undefined) throw new Error(`${method}: ${error?.message}`);
    return result;
  }

  #send(message: object): void {
    this.#connection.send({ jsonrpc: "2.0", ...message });
  }
}
