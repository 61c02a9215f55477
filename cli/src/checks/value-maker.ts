import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { RunaError } from "@runa/engine";
import type { MadeValue, Wish } from "@runa/engine/trying";
import { valuesNotMade } from "../messages.ts";
import { startable } from "./agent-check.ts";

interface Waiting {
  readonly resolve: (made: MadeValue) => void;
  readonly reject: (error: Error) => void;
}

/** Has `runa-agent` make up values that schemas allow; its program is started with the first one and ends with this. */
export class ValueMaker {
  #program: ChildProcessWithoutNullStreams | null = null;
  /** Answers come in the order of the requests. */
  readonly #waiting: Waiting[] = [];
  #said = "";

  /** @throws RunaError where the program cannot be started, or ends */
  make({ schema, seed, examples, workUnit }: Wish): Promise<MadeValue> {
    this.#program ??= this.#start();
    const { stdin } = this.#program;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      const unit = workUnit === null ? {} : { work_unit: workUnit };
      stdin.write(`${JSON.stringify({ schema, seed, examples, ...unit })}\n`);
    });
  }

  close(): void {
    this.#program?.stdin.end();
  }

  #start(): ChildProcessWithoutNullStreams {
    const [program, ...args] = startable(["runa-agent", "make-values"]);
    const child = spawn(program, args);
    // That it has gone is told by its end.
    child.stdin.on("error", () => {});
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      this.#said += chunk;
    });
    createInterface({ input: child.stdout }).on("line", (line) => this.#waiting.shift()?.resolve(JSON.parse(line)));
    child.once("error", (error) => this.#ended(error.message));
    child.once("close", () => this.#ended(this.#said.trim().split("\n").at(-1) ?? ""));
    return child;
  }

  #ended(why: string): void {
    for (const { reject } of this.#waiting.splice(0)) reject(new RunaError(valuesNotMade(why)));
  }
}
