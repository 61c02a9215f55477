import { type Evaluation, lookAt, type OpenProject, openProject, type ProjectOptions, recover } from "@runa/engine";
import { Command, Option } from "clipanion";
import { requireLinux } from "./execution.ts";
import { progressText } from "./render/run-view.ts";
import { shellOption } from "./render/shell.ts";
import { UsageError } from "./usage-error.ts";
import { warnOfUnknownWorkUnit } from "./work-units.ts";
import { workingDirectory } from "./working-directory.ts";

/** What every command that loads a project takes and does. */
export abstract class ProjectCommand extends Command {
  config = Option.String("--config", {
    description: "The configuration file, before RUNA_CONFIG and .runa/config.toml.",
  });
  artifactsDir = Option.String("--artifacts-dir", { description: "Where the artifacts lie; default .runa/workspace." });

  /** Where the project is looked for and what overrides its configuration. */
  protected get projectOptions(): ProjectOptions {
    return {
      workingDirectory: workingDirectory(),
      environment: process.env,
      config: this.config,
      artifactsDir: this.artifactsDir,
    };
  }

  /** Opens the project, does the work, and closes it however the work ends. */
  protected async withProject<T>(work: (project: OpenProject) => Promise<T>): Promise<T> {
    const project = await openProject(this.projectOptions);
    try {
      return await work(project);
    } finally {
      project.close();
    }
  }

  protected print(lines: readonly string[]): void {
    process.stdout.write(lines.map((line) => `${line}\n`).join(""));
  }

  protected printJson(envelope: unknown): void {
    process.stdout.write(`${JSON.stringify(envelope, null, 2)}\n`);
  }
}

/** A command that evaluates one scope. */
export abstract class ScopedCommand extends ProjectCommand {
  workUnit = Option.String("--work-unit", { description: "Look only at the scoped protocols of this work unit." });

  protected get scope(): string | null {
    if (this.workUnit === "") throw new UsageError("--work-unit needs an id; it is empty");
    return this.workUnit ?? null;
  }

  /** Evaluates the scope, warning when no artifact names its work unit. */
  protected async look(project: OpenProject, scope: string | null): Promise<Evaluation> {
    const evaluation = await lookAt(project, scope);
    warnOfUnknownWorkUnit(evaluation);
    return evaluation;
  }

  /** The flags that put another command into the same scope of the same project. */
  protected get scopeFlag(): string {
    const flags = { "--work-unit": this.workUnit, "--config": this.config, "--artifacts-dir": this.artifactsDir };
    return Object.entries(flags)
      .map(([flag, value]) => (value === undefined ? "" : ` ${shellOption(flag, value)}`))
      .join("");
  }
}

/** A command that executes work unless it is a dry run. */
export abstract class ExecutingCommand extends ScopedCommand {
  dryRun = Option.Boolean("--dry-run", false, { description: "Show what would be done; execute nothing." });
  json = Option.Boolean("--json", false, { description: "With --dry-run: print one JSON document." });

  /** Progress, for stderr: stdout and stderr of the agent pass through between the lines. */
  protected tell(lines: readonly string[]): void {
    process.stderr.write(lines.map((line) => `${line}\n`).join(""));
  }

  override async execute(): Promise<number> {
    if (this.json && !this.dryRun) throw new UsageError("--json needs --dry-run: a live execution prints for people");
    const { scope } = this;
    if (this.dryRun) return this.withProject((project) => this.preview(project, scope));
    requireLinux();
    return this.withProject(async (project) => {
      await recover(project, (event) => this.tell(progressText(event)));
      return this.live(project, scope);
    });
  }

  /** Shows what would be done; resolves to the exit code. */
  protected abstract preview(project: OpenProject, scope: string | null): Promise<number>;

  /** Does it; resolves to the exit code. */
  protected abstract live(project: OpenProject, scope: string | null): Promise<number>;
}
