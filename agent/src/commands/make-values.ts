import { createInterface } from "node:readline";
import { Command } from "clipanion";
import { messageOf } from "../failure.ts";

/** `runa-agent make-values`: answers each schema on stdin with a value that it allows. */
export class MakeValuesCommand extends Command {
  static override paths = [["make-values"]];
  static override usage = Command.Usage({
    description: "answer each request on stdin with a value that its schema allows",
    details: `
      Is no agent: \`runa test\` and \`runa rehearse\` have it make up what nobody gave. A request is one line of JSON,
      {"schema": SCHEMA, "seed": NUMBER, "examples": BOOLEAN, "work_unit": ID}, of which only the schema has to be there. An
      answer is one line as well: {"value": VALUE}, or {"impossible": REASON}.
    `,
    examples: [
      ["A value of a schema that stands in one line", `echo '{"schema": {"type": "string"}}' | $0 make-values`],
    ],
  });

  override async execute(): Promise<number> {
    const { stdin, stdout, stderr } = this.context;
    // Loaded only now: help needs no faker.
    const { madeValue } = await import("../value/made-value.ts");
    for await (const line of createInterface({ input: stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (line.trim() === "") continue;
      try {
        stdout.write(`${JSON.stringify(madeValue(line))}\n`);
      } catch (error) {
        stderr.write(`error: a request could not be answered: ${messageOf(error)}\n`);
        return 1;
      }
    }
    return 0;
  }
}
