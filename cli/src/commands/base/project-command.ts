import type { Evaluation } from "@runa/engine";
import { lockfileDefects, lookAt, type OpenProject, openProject, type ProjectOptions } from "@runa/engine/project";
import { Command, Option } from "clipanion";
import { UsageError } from "../../input/usage-error.ts";
import { workingDirectory } from "../../input/working-directory.ts";
import { optionEmpty } from "../../messages.ts";
import { fitted } from "../../output/fit.ts";
import { warn } from "../../output/notices.ts";
import { stdout } from "../../output/output.ts";
import { shellOption } from "../../output/shell.ts";
import type { KeptFlags } from "../../render/attempt-view.ts";
import { placeText } from "../../render/failure.ts";
import { warnOfUnknownWorkUnit } from "./unknown-work-unit.ts";

/** What every command that loads a project takes and does. */
export abstract class ProjectCommand extends Command {
  config = Option.String("--config", {
    description: "The configuration file, before RUNA_CONFIG and .runa/config.toml.",
  });
  artifactsDir = Option.String("--artifacts-dir", { description: "Where the artifacts lie; default .runa/workspace." });

  /** Where the project is looked for and what overrides its configuration. */
  protected get projectOptions(): ProjectOptions {
    requireValue("--config", "a file", this.config);
    requireValue("--artifacts-dir", "a directory", this.artifactsDir);
    return {
      workingDirectory: workingDirectory(),
      environment: process.env,
      config: this.config,
      artifactsDir: this.artifactsDir,
    };
  }

  /**
   * Opens the project, does the work, and closes it however the work ends.
   * @param needs what the command opens it for; left out, only to look
   */
  protected async withProject<T>(
    work: (project: OpenProject) => Promise<T>,
    needs: Pick<ProjectOptions, "looks" | "reread"> = {},
  ): Promise<T> {
    const project = await openProject({ ...this.projectOptions, looks: true, ...needs });
    try {
      if (this.warnsOfLockfile) for (const defect of lockfileDefects(project)) warn("lockfile", placeText(defect));
      return await work(project);
    } finally {
      project.close();
    }
  }

  /**
   * The same for a command that can show a project as it was: with `--at`, the work is done on that.
   * @throws UsageError for a time that cannot be read
   */
  protected async withProjectThen<T>(at: string | undefined, work: (project: OpenProject) => Promise<T>): Promise<T> {
    if (at === undefined) return this.withProject(work);
    // Most starts need neither.
    const { whenGiven } = await import("./when.ts");
    const { projectAt } = await import("@runa/engine/history");
    const when = whenGiven("--at", at);
    return this.withProject(async (project) => work(await projectAt(project, when)));
  }

  /** Whether it warns of what is wrong with the lock file, by which some of what it answers is judged. */
  protected get warnsOfLockfile(): boolean {
    return true;
  }

  /** The flags that put another command into the same project. */
  protected get projectFlag(): string {
    return flagText({ "--config": this.config, "--artifacts-dir": this.artifactsDir });
  }

  /** Prints lines for people. */
  protected print(lines: readonly string[]): void {
    this.printExactly(fitted(lines, stdout));
  }

  /** Prints lines for programs, however wide they are. */
  protected printExactly(lines: readonly string[]): void {
    stdout.write(lines.map((line) => `${line}\n`).join(""));
  }

  protected printJson(envelope: unknown): void {
    stdout.write(`${JSON.stringify(envelope, null, 2)}\n`);
  }

  /** Prints an answer: as one JSON document, or as text for people. */
  protected answer<T>(json: boolean, answer: T, text: (answer: T) => readonly string[]): void {
    if (json) this.printJson(answer);
    else this.print(text(answer));
  }
}

/** A command that evaluates one scope. */
export abstract class ScopedCommand extends ProjectCommand {
  workUnit = Option.String("--work-unit", { description: "Look only at the scoped protocols of this work unit." });

  protected get scope(): string | null {
    requireValue("--work-unit", "an id", this.workUnit);
    return this.workUnit ?? null;
  }

  /** Evaluates the scope, warning when no artifact names its work unit. */
  protected async look(project: OpenProject, scope: string | null): Promise<Evaluation> {
    const evaluation = await lookAt(project, scope);
    warnOfUnknownWorkUnit(evaluation);
    return evaluation;
  }

  /** The flags that put another command into the same scope of the same project, or into the project only. */
  protected get keptFlags(): KeptFlags {
    const project = this.projectFlag;
    return { scope: `${flagText({ "--work-unit": this.workUnit })}${project}`, project };
  }
}

/** @throws UsageError for an option whose value was left empty */
export function requireValue(option: string, what: string, value: string | undefined): void {
  if (value === "") throw new UsageError(optionEmpty(option, what));
}

function flagText(flags: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(flags)
    .map(([flag, value]) => (value === undefined ? "" : ` ${shellOption(flag, value)}`))
    .join("");
}
