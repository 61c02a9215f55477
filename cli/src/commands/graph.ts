import { type GraphAnswer, graph } from "@runa/engine/answers";
import { Command, Option } from "clipanion";
import { UsageError } from "../input/usage-error.ts";
import { optionNoFormat } from "../messages.ts";
import { fitted } from "../output/fit.ts";
import { stdout } from "../output/output.ts";
import { ScopedCommand } from "./base/project-command.ts";

/** Each loads what it needs itself. */
const FORMATS: Readonly<Record<string, (answer: GraphAnswer) => Promise<string>>> = {
  text: async (answer) => lines(fitted((await import("../render/graph/text.ts")).graphText(answer), stdout)),
  mermaid: async (answer) => lines((await import("../render/graph/mermaid.ts")).graphMermaid(answer)),
  dot: async (answer) => lines((await import("../render/graph/dot.ts")).graphDot(answer)),
  svg: async (answer) => (await import("../render/graph/svg.ts")).graphSvg(answer),
  json: async (answer) => `${JSON.stringify(answer, null, 2)}\n`,
};

export class GraphCommand extends ScopedCommand {
  static override paths = [["graph"]];
  static override usage = Command.Usage({
    description: "Draw how protocols and artifact types hang together, and where each stands.",
    details: `
      Solid lines are what a protocol requires and produces, dashed ones what it accepts, may produce or chooses between; what
      calls for its work is marked. With --work-unit the scoped protocols show where they stand for that work unit.
    `,
    examples: [
      ["See it in the terminal", "$0 graph"],
      ["A picture for a README", "$0 graph --format svg > graph.svg"],
      ["In Markdown, for a code forge", "$0 graph --format mermaid"],
    ],
  });

  format = Option.String("--format", "text", { description: "text, mermaid, dot, svg or json; default text." });
  json = Option.Boolean("--json", false, { description: "The same as --format json (version 1)." });

  override async execute(): Promise<number> {
    const format = this.json ? "json" : this.format;
    const written = Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
    if (written === undefined) throw new UsageError(optionNoFormat(Object.keys(FORMATS).join(", "), format));
    const { scope } = this;
    return this.withProject(async (project) => {
      stdout.write(await written(graph(project, await this.look(project, scope))));
      return 0;
    });
  }
}

function lines(text: readonly string[]): string {
  return text.map((line) => `${line}\n`).join("");
}
