import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Action, Dialect, Turn } from "./turn.ts";

/** A request that asked the model for an answer, and what it was answered. */
export interface Exchange extends Turn {
  readonly action: Action;
}

/** What the model does, result by result; what depends on the request is a function of it. */
export type Script = readonly (Action | ((turn: Turn) => Action))[];

/** A model on the loopback that follows a script. */
export class MockModel {
  /** What was asked, in order. Requests that offer no tools (a title, a routing decision) are left out. */
  readonly exchanges: Exchange[] = [];
  /** What was asked for besides the model's answers, as `METHOD path`. */
  readonly others: string[] = [];
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #dialect: Dialect;
  readonly #script: Script;
  #serial = 0;
  #hung: () => void = () => {};
  /** Resolves when a request has come that is never answered. */
  readonly hanging = new Promise<void>((resolve) => {
    this.#hung = resolve;
  });

  #left: () => void = () => {};
  /** Resolves when the client of such a request has gone. */
  readonly gone = new Promise<void>((resolve) => {
    this.#left = resolve;
  });

  /** Each action of the script answers the conversation that has as many results; after the last one it says so. */
  constructor(dialect: Dialect, script: Script) {
    this.#dialect = dialect;
    this.#script = script;
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? "/", "http://mock");
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(Buffer.from(chunk));
    } catch {
      return;
    }
    if (request.method !== "POST" || !this.#dialect.asks(pathname)) {
      this.others.push(`${request.method} ${pathname}`);
      response.writeHead(request.method === "HEAD" ? 200 : 404, { "content-type": "application/json" });
      response.end(request.method === "HEAD" ? undefined : '{"error":{"message":"the mock has no such thing"}}');
      return;
    }
    const turn = this.#dialect.read(JSON.parse(Buffer.concat(chunks).toString("utf8")));
    const action = this.#answer(turn);
    if (turn.tools.length > 0) this.exchanges.push({ ...turn, action });
    if (action.kind === "hang") {
      response.once("close", this.#left);
      this.#hung();
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end(this.#dialect.write(action, ++this.#serial));
  }

  #answer(turn: Turn): Action {
    if (turn.tools.length === 0) return { kind: "say", text: "A title" };
    const next = this.#script[turn.results.length] ?? { kind: "say", text: "Everything is delivered." };
    return typeof next === "function" ? next(turn) : next;
  }
}
