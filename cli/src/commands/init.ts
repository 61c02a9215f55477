import { dirname, isAbsolute } from "node:path";
import { count, didYouMean, log, visible } from "@runa/engine";
import { displayPath, initProject } from "@runa/engine/project";
import { Command, Option } from "clipanion";
import { AGENTS } from "../checks/agent-check.ts";
import { UsageError } from "../input/usage-error.ts";
import { unknownAdapter } from "../messages.ts";
import { findingText } from "../render/lint-view.ts";
import { columns } from "../render/style.ts";
import { ProjectCommand, requireValue } from "./base/project-command.ts";

export class InitCommand extends ProjectCommand {
  static override paths = [["init"]];
  static override usage = Command.Usage({
    description: "Make a runa project of this directory.",
    details: `
      Checks the methodology whole, then makes \`.runa/\` with \`config.toml\`, \`state.toml\`, the store and the artifact workspace,
      and a \`.gitignore\` that keeps out of version control what belongs to this machine.
      Again is safe: it sets the methodology in the configuration that is there and leaves everything else in it as it was.
    `,
    examples: [
      ["Use a methodology that lies beside the project", "$0 init --methodology ../methodology/manifest.toml"],
      ["Have Claude Code do the work", "$0 init --methodology ../methodology --agent claude-code"],
      ["Keep the artifacts where people see them", "$0 init --methodology ../methodology --artifacts-dir artifacts"],
    ],
  });

  methodology = Option.String("--methodology", {
    required: true,
    description: "The manifest, or the directory that holds it.",
  });

  agent = Option.String("--agent", {
    description: `The agent: ${AGENTS.join(", ")}. Sets [agent] command, and keeps its output.`,
  });

  override async execute(): Promise<number> {
    if (this.agent !== undefined && !AGENTS.some((name) => name === this.agent))
      throw new UsageError(unknownAdapter(this.agent, didYouMean(this.agent, AGENTS), AGENTS.join(", ")));
    requireValue("--methodology", "a path", this.methodology);
    const { workingDirectory, environment, config, artifactsDir } = this.projectOptions;
    const { methodology, findings, root, configFile, workspace, logging, hadConfig } = await initProject({
      workingDirectory,
      environment,
      methodology: this.methodology,
      artifactsDir,
      config,
      agentCommand: this.agent === undefined ? undefined : ["runa-agent", this.agent],
    });
    log.configure({ ...logging, environment: process.env });
    log.write({
      level: "info",
      target: "runa_cli",
      operation: "init",
      outcome: "succeeded",
      msg: hadConfig ? "project updated" : "project made",
      fields: { root, methodology: methodology.name },
    });
    const types = count(methodology.types.size, "artifact type");
    const protocols = count(methodology.protocols.length, "protocol");
    this.print([
      `${hadConfig ? "Updated" : "Made"} the runa project in ${visible(root)}`,
      ...columns(
        [
          ["methodology", `${visible(methodology.name)}: ${types}, ${protocols}`],
          ["config", visible(displayPath(root, configFile))],
          ["artifacts", visible(displayPath(root, workspace))],
          ...(this.agent === undefined
            ? []
            : [["agent", `runa-agent ${this.agent} (\`runa doctor --agent\` checks it)`]]),
        ],
        "  ",
      ),
      ...findings.map(findingText),
      `In git: commit ${committed(root, [dirname(methodology.file), workspace]).join(", ")}; .runa/.gitignore leaves out what belongs to this machine.`,
      "Next: put the first artifacts there, then `runa state` says what is ready. `runa doctor` checks everything.",
    ]);
    return 0;
  }
}

/** What of a project belongs into version control: `.runa`, and of these directories those inside it that lie elsewhere. */
function committed(root: string, directories: readonly string[]): string[] {
  const inside = directories.map((directory) => displayPath(root, directory));
  const elsewhere = inside.filter((path) => !isAbsolute(path) && !path.startsWith(".runa/"));
  return [".runa", ...elsewhere].map(visible);
}
