import type { Readable, Writable } from "node:stream";
import type { JSONRPCMessage, RequestId, Transport } from "@modelcontextprotocol/server";
import { bad, type ErrorAnswer, INVALID_REQUEST, type Incoming, readLine } from "./json-rpc.ts";
import { LineReader } from "./line-reader.ts";
import type { ToolCall } from "./tools.ts";

// Well over any artifact that makes sense in a tool call, and under the longest string of the runtime.
const MAX_LINE_BYTES = 256 * 1024 * 1024;
/** The one request that is answered only when the connection ends. */
const SUBSCRIPTION = "subscriptions/listen";

type Answer = JSONRPCMessage | ErrorAnswer;

/** A request under way: the call it makes, if it is one, and the batch it came in. */
interface Pending {
  readonly call: ToolCall | undefined;
  readonly batch: Batch | undefined;
}

/** A batch whose answers are still coming in; they leave as one line. */
interface Batch {
  open: number;
  readonly answers: Answer[];
}

/**
 * Newline-delimited JSON-RPC over two streams, for the SDK's `serveStdio`. Where the SDK's own transport drops what is
 * under way when the input ends, this one closes only when everything that came in is answered: a delivery that was
 * asked for is made and reported, also to a client that writes its calls and closes the pipe.
 */
export class StdioTransport implements Transport {
  onclose?: Transport["onclose"];
  onerror?: Transport["onerror"];
  onmessage?: Transport["onmessage"];
  /** Resolves when the connection has ended, for whatever reason. */
  readonly closed: Promise<void>;

  readonly #input: Readable;
  readonly #output: Writable;
  readonly #lines = new LineReader(MAX_LINE_BYTES);
  readonly #pending = new Map<RequestId, Pending>();
  #ended = false;
  #closed = false;
  #tellClosed: () => void = () => {};

  constructor(input: Readable, output: Writable) {
    this.#input = input;
    this.#output = output;
    this.closed = new Promise((resolve) => {
      this.#tellClosed = resolve;
    });
  }

  /** The call that a request under way makes, exactly as it came in; the SDK hands on a copy that it made anew. */
  callOf(id: RequestId): ToolCall | undefined {
    return this.#pending.get(id)?.call;
  }

  async start(): Promise<void> {
    this.#input.on("data", this.#ondata);
    for (const event of ["end", "close", "error"]) this.#input.on(event, this.#onend);
    this.#output.on("error", this.#onbroken);
  }

  /** Reads nothing more, and closes once everything that came in is answered. */
  drain(): void {
    this.#input.off("data", this.#ondata);
    this.#input.pause();
    this.#onend();
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (this.#closed) return;
    const id = "method" in message ? undefined : message.id;
    if (id === undefined) this.#write(message);
    else this.#finish(id, message);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#input.off("data", this.#ondata);
    this.#input.pause();
    this.onclose?.();
    this.#tellClosed();
  }

  readonly #ondata = (chunk: Uint8Array): void => {
    for (const line of this.#lines.push(chunk)) this.#receive(line);
  };

  readonly #onend = (): void => {
    if (this.#ended) return;
    this.#ended = true;
    const rest = this.#lines.end();
    if (rest !== null) this.#receive(rest);
    this.#closeWhenDone();
  };

  // Nobody reads any more, so nothing is left to answer.
  readonly #onbroken = (): void => {
    void this.close();
  };

  #receive(line: Uint8Array | null): void {
    if (line === null) {
      this.#write(bad(INVALID_REQUEST, `Invalid request: a message over ${MAX_LINE_BYTES} bytes`).answer);
      return;
    }
    if (line.every((byte) => byte === 32 || byte === 9)) return;
    const { batch, messages } = readLine(line);
    const together: Batch | undefined = batch ? { open: 1, answers: [] } : undefined;
    // Everything is noted before anything is handed on: some requests are answered at once, ahead of their batch.
    const accepted = messages.filter((incoming) => this.#note(incoming, together));
    for (const incoming of accepted) if ("message" in incoming) this.onmessage?.(incoming.message);
    if (together !== undefined) this.#leave(together);
  }

  /** Notes a request as under way and answers what is none; false where there is nothing to hand on. */
  #note(incoming: Incoming, batch: Batch | undefined): boolean {
    switch (incoming.kind) {
      case "ignored":
        return false;
      case "bad":
        this.#answer(incoming.answer, batch);
        return false;
      case "notification": {
        const { method, params } = incoming.message;
        // A request that was cancelled gets no answer; one that has its answer already is not found any more.
        if (method === "notifications/cancelled") this.#finish(params?.requestId as RequestId);
        return true;
      }
      case "request": {
        const { id, method } = incoming.message;
        if (this.#pending.has(id)) {
          this.#answer(bad(INVALID_REQUEST, "Invalid request: its id is in use", id).answer, batch);
          return false;
        }
        if (method === SUBSCRIPTION) return true;
        if (batch !== undefined) batch.open++;
        this.#pending.set(id, { call: incoming.call, batch });
        return true;
      }
    }
  }

  /** Ends a request that is under way, with its answer unless it was cancelled. */
  #finish(id: RequestId, answer?: JSONRPCMessage): void {
    const batch = this.#pending.get(id)?.batch;
    const known = this.#pending.delete(id);
    if (answer !== undefined) this.#answer(answer, batch);
    if (known && batch !== undefined) this.#leave(batch);
    this.#closeWhenDone();
  }

  #answer(answer: Answer, batch: Batch | undefined): void {
    if (batch === undefined) this.#write(answer);
    else batch.answers.push(answer);
  }

  #leave(batch: Batch): void {
    batch.open--;
    if (batch.open === 0 && batch.answers.length > 0) this.#write(batch.answers);
  }

  #write(message: Answer | readonly Answer[]): void {
    if (!this.#closed) this.#output.write(`${JSON.stringify(message)}\n`);
  }

  #closeWhenDone(): void {
    if (this.#ended && this.#pending.size === 0) void this.close();
  }
}
