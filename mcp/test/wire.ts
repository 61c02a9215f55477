import { PassThrough } from "node:stream";
import type { OutputSession } from "@runa/engine/session";
import { type CallRecord, type Serving, serve } from "../src/server.ts";

/** A JSON-RPC answer as it came over the wire. */
export interface Answer {
  readonly id?: string | number | null;
  readonly result?: Readonly<Record<string, unknown>> & {
    readonly isError?: boolean;
    readonly content?: readonly { readonly text: string }[];
    readonly structuredContent?: Readonly<Record<string, unknown>>;
    readonly tools?: readonly { readonly name: string; readonly inputSchema: Readonly<Record<string, unknown>> }[];
  };
  readonly error?: { readonly code: number; readonly message: string };
}

/** A session served over two streams in this process, spoken to line by line. */
export class Wire {
  readonly input = new PassThrough();
  readonly output = new PassThrough();
  readonly serving: Serving;
  readonly #lines: string[] = [];
  readonly #readers: ((line: string | undefined) => void)[] = [];
  #rest = "";
  #nextId = 1;

  /** What was told for the diagnostics. */
  readonly records: CallRecord[] = [];

  constructor(session: OutputSession) {
    this.output.setEncoding("utf8").on("data", (chunk: string) => {
      const lines = (this.#rest + chunk).split("\n");
      this.#rest = lines.pop() ?? "";
      for (const line of lines) {
        const reader = this.#readers.shift();
        if (reader === undefined) this.#lines.push(line);
        else reader(line);
      }
    });
    this.serving = serve(session, {
      input: this.input,
      output: this.output,
      version: "1.2.3",
      report: (record) => this.records.push(record),
    });
    this.serving.done.then(() => {
      for (const reader of this.#readers.splice(0)) reader(undefined);
    });
  }

  /** Writes lines as they are, texts or messages. */
  send(...lines: readonly unknown[]): void {
    this.input.write(lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join(""));
  }

  /** The next line that the server wrote; rejects when it has ended without one. */
  async next(): Promise<unknown> {
    const line =
      this.#lines.shift() ?? (await new Promise<string | undefined>((resolve) => this.#readers.push(resolve)));
    if (line === undefined) throw new Error("the server ended without another line");
    return JSON.parse(line);
  }

  /** Sends a request and gives the next line, which has to be its answer. */
  async request(method: string, params?: unknown): Promise<Answer> {
    const id = this.#nextId++;
    this.send({ jsonrpc: "2.0", id, method, params });
    const answer = (await this.next()) as Answer;
    if (answer.id !== id) throw new Error(`expected the answer to ${id}, got ${JSON.stringify(answer)}`);
    return answer;
  }

  async initialize(protocolVersion = "2025-11-25"): Promise<Answer> {
    const answer = await this.request("initialize", initializeParams(protocolVersion));
    this.send({ jsonrpc: "2.0", method: "notifications/initialized" });
    return answer;
  }

  call(name: string, args: unknown): Promise<Answer> {
    return this.request("tools/call", { name, arguments: args });
  }

  /** Ends the input; gives what the server still wrote before it was done. */
  async end(): Promise<readonly unknown[]> {
    this.input.end();
    await this.serving.done;
    return this.#lines.splice(0).map((line) => JSON.parse(line) as unknown);
  }
}

export function initializeParams(protocolVersion = "2025-11-25"): unknown {
  return { protocolVersion, capabilities: {}, clientInfo: { name: "test", version: "1" } };
}

/** Params with what every request of protocol 2026-07-28 carries. */
export function modern(params: object = {}): unknown {
  return {
    ...params,
    _meta: {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
      "io.modelcontextprotocol/clientCapabilities": {},
    },
  };
}

/** A `tools/call` request. */
export function calling(id: unknown, args: unknown, name = "design"): object {
  return { jsonrpc: "2.0", id, method: "tools/call", params: { name, arguments: args } };
}
