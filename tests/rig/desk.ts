import { createServer, type Server } from "node:net";
import { type AgentMessage, Attempt } from "./attempt.ts";
import { Connection } from "./connection.ts";
import type { ServerMessage } from "./mcp-client.ts";
import { Queue } from "./queue.ts";

/** What anyone says first at the desk: an agent tells of itself, a server's line is named by the agent that made it. */
type FirstMessage = AgentMessage & ServerMessage & { readonly server?: string };

/** The socket at which agents and their servers report to the test. */
export class Desk {
  readonly path: string;
  readonly #server: Server;
  readonly #connections = new Set<Connection<FirstMessage>>();
  readonly #attempts = new Queue<Attempt>();
  readonly #servers = new Map<string, Queue<Connection<ServerMessage>>>();

  constructor(path: string) {
    this.path = path;
    this.#server = createServer((socket) => {
      const connection = new Connection<FirstMessage>(socket, (message) => this.#seat(message, connection));
      this.#connections.add(connection);
    });
  }

  open(): Promise<void> {
    return new Promise((resolve, reject) => this.#server.once("error", reject).listen(this.path, resolve));
  }

  nextAttempt(): Promise<Attempt> {
    return this.#attempts.take();
  }

  nextServer(name: string): Promise<Connection<ServerMessage>> {
    return this.#queueOf(name).take();
  }

  /** Closes every connection; agents and servers end when theirs does. */
  async close(): Promise<void> {
    const all = [...this.#connections];
    for (const connection of all) connection.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #seat({ agent, server }: FirstMessage, connection: Connection<FirstMessage>): void {
    if (agent !== undefined) this.#attempts.put(new Attempt(agent, connection, (name) => this.nextServer(name)));
    if (server !== undefined) this.#queueOf(server).put(connection);
  }

  #queueOf(name: string): Queue<Connection<ServerMessage>> {
    const queue = this.#servers.get(name) ?? new Queue();
    this.#servers.set(name, queue);
    return queue;
  }
}
