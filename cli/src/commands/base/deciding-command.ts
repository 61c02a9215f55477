import { RunaError, visibleLines } from "@runa/engine";
import { type DecisionAsk, type DecisionSheet, decideOn, openSheet } from "@runa/engine/deciding";
import { type OpenProject, refuseDeciding } from "@runa/engine/project";
import { Option } from "clipanion";
import { isConfirmed, isInteractive } from "../../input/ask.ts";
import { type BatchLine, batchLines } from "../../input/batch.ts";
import { bytesOf } from "../../input/bytes-of.ts";
import { hashIn } from "../../input/content-beginning.ts";
import { editedNote } from "../../input/edited-note.ts";
import { instanceName } from "../../input/instance-name.ts";
import { keyFileOf } from "../../input/key-file.ts";
import { setOptions } from "../../input/set-options.ts";
import { UsageError } from "../../input/usage-error.ts";
import { batchWithOther, decisionNeedsNote, hashNeeded, typeNeeded } from "../../messages.ts";
import { lineWidth } from "../../output/fit.ts";
import { fail, tell } from "../../output/notices.ts";
import { stderr, stdout } from "../../output/output.ts";
import { page } from "../../output/pager.ts";
import { decidedText, notDecidedText, questionText, undecidedText } from "../../render/decided-view.ts";
import { failure } from "../../render/failure.ts";
import { sheetText } from "../../render/sheet-view.ts";
import { requireValue, ScopedCommand } from "./project-command.ts";

/** A command by which a person says yes or no to what lies there (decisions 3). */
export abstract class DecidingCommand extends ScopedCommand {
  type = Option.String({ name: "TYPE", required: false });
  instance = Option.String({ name: "INSTANCE", required: false });
  note = Option.String("--note", { description: "Why, in words." });
  edit = Option.Boolean("--edit", false, { description: "Write the note in an editor: VISUAL, EDITOR, or vi." });
  set = Option.Array("--set", [], { description: "Give the decision a property that its schema asks for." });
  hash = Option.String("--hash", {
    description: "The content that you decide on, or how its hash begins: nothing is shown or asked.",
  });
  key = Option.String("--key", {
    description: "The key to sign with, a file of either half; before git's user.signingkey.",
  });
  batch = Option.String("--batch", { description: "Decide on each line of a file: type, instance, hash, note." });

  protected abstract readonly verdict: DecisionAsk["verdict"];
  /** The word of the command. */
  protected abstract readonly verb: "approve" | "reject";
  /** The decision type that was named; null where it follows. */
  protected abstract readonly decisionType: string | null;
  /** Whether a decision has to say why. */
  protected abstract readonly needsNote: boolean;

  override async execute(): Promise<number> {
    requireValue("--work-unit", "an id", this.workUnit);
    const set = setOptions(this.set);
    const decide = this.batch === undefined ? this.#one(set) : await this.#each(this.batch, set);
    return this.withProject(
      async (project) => {
        refuseDeciding(project, process.env, this.verb);
        return decide(project);
      },
      { looks: false, reread: true },
    );
  }

  /** Decides on the one instance that the command line names. */
  #one(set: ReadonlyMap<string, string>) {
    const { type, instance } = instanceName(this.type, this.instance);
    if (type === undefined) throw new UsageError(typeNeeded());
    const hash = hashIn("--hash", this.hash);
    if (hash === null && !isInteractive()) throw new UsageError(hashNeeded());
    const note = this.#note();
    return async (project: OpenProject): Promise<number> => {
      const sheet = await openSheet(project, this.#ask(type, instance ?? null, hash));
      if (hash === null) await page([Buffer.from(sheetText(sheet, lineWidth(stdout)))], process.env);
      const said = this.edit ? await editedNote(questionText(sheet), note ?? "", process.env) : note;
      if (hash === null && !(await isConfirmed(questionText(sheet)))) {
        fail(this.verb, undecidedText());
        return 1;
      }
      return this.#decide(project, sheet, said, set);
    };
  }

  /** @throws UsageError for a note that is empty, or missing where one is needed */
  #note(): string | null {
    const note = this.note?.trim() ?? null;
    if (note === "" || (note === null && this.needsNote && !this.edit)) throw new UsageError(decisionNeedsNote());
    return note;
  }

  /** Decides on each line of a file: those that no longer fit are told of, and all others are decided. */
  async #each(file: string, set: ReadonlyMap<string, string>) {
    const { type, hash, note, edit } = this;
    const other = Object.entries({ TYPE: type, "--hash": hash, "--note": note, "--edit": edit || undefined });
    const [named] = other.find(([, value]) => value !== undefined) ?? [];
    if (named !== undefined) throw new UsageError(batchWithOther(named));
    const lines = batchLines(file === "-" ? "stdin" : file, await bytesOf(file));
    if (this.needsNote && lines.some((line) => line.note === null)) throw new UsageError(decisionNeedsNote());
    return async (project: OpenProject): Promise<number> => {
      let failed = 0;
      for (const line of lines) failed += await this.#line(project, line, set);
      if (lines.length > 1 && failed > 0)
        tell([`${lines.length - failed} of ${lines.length} decided`], {
          level: "info",
          operation: this.verb,
          outcome: "partial",
        });
      return failed === 0 ? 0 : 1;
    };
  }

  async #line(project: OpenProject, { type, instance, hash, note }: BatchLine, set: ReadonlyMap<string, string>) {
    try {
      return await this.#decide(project, await openSheet(project, this.#ask(type, instance, hash)), note, set);
    } catch (error) {
      if (!(error instanceof RunaError)) throw error;
      fail(this.verb, failure(error));
      return 1;
    }
  }

  #ask(type: string, instance: string | null, hash: string | null): DecisionAsk {
    return {
      type,
      instance,
      workUnit: this.scope,
      hash,
      verdict: this.verdict,
      as: this.decisionType,
      keyFile: keyFileOf(this.key),
      environment: process.env,
    };
  }

  async #decide(
    project: OpenProject,
    sheet: DecisionSheet,
    note: string | null,
    set: ReadonlyMap<string, string>,
  ): Promise<number> {
    const result = await decideOn(project, sheet, {
      note,
      set,
      environment: process.env,
      tell: (text) => stderr.write(visibleLines(text)),
    });
    if (result.kind === "decided") this.print([decidedText(sheet)]);
    else fail(this.verb, notDecidedText(sheet, result));
    return result.kind === "decided" ? 0 : 1;
  }
}
