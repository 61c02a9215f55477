import { displayPath, initProject, log, visible } from "@runa/engine";
import { Command, Option } from "clipanion";
import { ProjectCommand } from "../project-command.ts";
import { columns, count } from "../render/style.ts";
import { workingDirectory } from "../working-directory.ts";

export class InitCommand extends ProjectCommand {
  static override paths = [["init"]];
  static override usage = Command.Usage({
    description: "Make a runa project of this directory.",
    details: `
      Checks the methodology whole, then makes \`.runa/\` with \`config.toml\`, \`state.toml\`, the store and the artifact workspace.
      Again is safe: it sets the methodology in the configuration that is there and leaves everything else in it as it was.
    `,
    examples: [
      ["Use a methodology that lies beside the project", "$0 init --methodology ../methodology/manifest.toml"],
      ["Keep the artifacts where people see them", "$0 init --methodology ../methodology --artifacts-dir artifacts"],
    ],
  });

  methodology = Option.String("--methodology", {
    required: true,
    description: "The manifest, or the directory that holds it.",
  });

  override async execute(): Promise<number> {
    const { methodology, root, configFile, workspace, logging, hadConfig } = await initProject({
      workingDirectory: workingDirectory(),
      methodology: this.methodology,
      artifactsDir: this.artifactsDir,
      config: this.config,
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
        ],
        "  ",
      ),
      "Next: put the first artifacts there, then `runa state` says what is ready. `runa doctor` checks everything.",
    ]);
    return 0;
  }
}
