import type { Duplex } from "node:stream";

/** One JSON message a line, both ways, over a stream. */
export class Connection<Incoming> {
  /** What is done with the next message. */
  receive: (message: Incoming) => void;
  /** Resolves when the other side has gone. */
  readonly closed: Promise<void>;
  readonly #stream: Duplex;

  constructor(stream: Duplex, receive: (message: Incoming) => void = () => {}) {
    this.#stream = stream;
    this.receive = receive;
    this.closed = new Promise((resolve) => {
      stream.once("close", () => resolve());
    });
    // A reset is an end like any other; `close` follows.
    stream.on("error", () => {});
    let rest = "";
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.receive(JSON.parse(line));
    });
  }

  send(message: object): void {
    this.#stream.write(`${JSON.stringify(message)}\n`);
  }

  /** Says that nothing more comes from here. */
  end(): void {
    this.#stream.end();
  }

  destroy(): void {
    this.#stream.destroy();
  }
}
