import type { Socket } from "node:net";

/** One JSON message a line, both ways, over a socket. */
export class Connection<Incoming> {
  /** What is done with the next message. */
  receive: (message: Incoming) => void;
  /** Resolves when the other side has gone. */
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  #open = true;

  constructor(socket: Socket, receive: (message: Incoming, connection: Connection<Incoming>) => void) {
    this.#socket = socket;
    this.receive = (message) => receive(message, this);
    this.closed = new Promise((resolve) => {
      socket.once("close", () => {
        this.#open = false;
        resolve();
      });
    });
    // A reset is an end like any other; `close` follows.
    socket.on("error", () => {});
    let rest = "";
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.receive(JSON.parse(line));
    });
  }

  get open(): boolean {
    return this.#open;
  }

  send(message: object): void {
    this.#socket.write(`${JSON.stringify(message)}\n`);
  }

  /** Says that nothing more comes from here. */
  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
