import { resolve } from "node:path";
import { log, type Methodology, RunaError } from "@runa/engine";
import { attemptDeliveries } from "@runa/engine/attempts";
import { signalExitCode } from "@runa/engine/process";
import { findRoot, manifestPath, type OpenProject, openProject } from "@runa/engine/project";
import { DECIDED, loadRehearse, type RehearsalAnswer } from "@runa/engine/trying";
import { Command, Option } from "clipanion";
import { ValueMaker } from "../checks/value-maker.ts";
import { requireLinux, withExecution } from "../execution/execution.ts";
import { Progress } from "../execution/progress.ts";
import { runExitCode } from "../execution/run-exit-code.ts";
import { UsageError } from "../input/usage-error.ts";
import { workingDirectory } from "../input/working-directory.ts";
import { optionNoDecision, rehearseNoProject } from "../messages.ts";
import { stderr } from "../output/output.ts";
import { rehearsalText } from "../render/rehearsal-view.ts";
import { ProjectCommand, requireValue } from "./base/project-command.ts";

/** Milliseconds between SIGTERM and SIGKILL for an agent that only rehearses. */
const GRACE = 5_000;
/** The work unit of what is made up, where a methodology knows work units and none was named. */
const MADE_UP_UNIT = "rehearsal";
/** What decides where a process of runa works: what is rehearsed is elsewhere. */
const ELSEWHERE = ["RUNA_CONFIG", "RUNA_ARTIFACTS_DIR", "RUNA_WORKING_DIR"];

type Tools = Awaited<ReturnType<typeof loadRehearse>>;

/** A project that is thrown away, and how it came about. */
interface Place {
  readonly project: OpenProject;
  readonly kind: RehearsalAnswer["place"];
  readonly made: Awaited<ReturnType<Tools["makeInputs"]>>;
}

export class RehearseCommand extends ProjectCommand {
  static override paths = [["rehearse"]];
  static override usage = Command.Usage({
    description: "Run a methodology to its end without a model, in a copy that is thrown away.",
    details: `
      Copies the project's artifacts and record, and executes everything with the rehearsal agent in place of every agent: the
      unscoped protocols, and each work unit. Says which protocols never ran, which choices were never taken, and where it
      goes round. With METHODOLOGY, the manifest or the directory that holds it, it does so in an empty project, in which what
      only people bring is made up. What waits for a decision is decided with --decide, by a person called \`rehearsal\`. Nothing
      of your project changes. Exit codes are those of run.
    `,
    examples: [
      ["Rehearse a methodology that you are writing", "$0 rehearse methodology"],
      ["Go on from where the project stands", "$0 rehearse"],
      ["Have everything approved that waits for a person", "$0 rehearse methodology --decide approve"],
      ["Take the other way at a choice", "$0 rehearse methodology --choose needs-revision"],
    ],
  });

  methodology = Option.String({ name: "METHODOLOGY", required: false });
  workUnit = Option.String("--work-unit", { description: "Only the scoped protocols of this work unit." });
  choose = Option.Array("--choose", [], {
    description: "The member of a choice that is taken; the first one where it is left out. May be repeated.",
  });
  decide = Option.String("--decide", "none", {
    description: "What is decided on whatever waits for a person: approve, reject or none; default none.",
  });
  json = Option.Boolean("--json", false, { description: "Print one JSON document." });

  override async execute(): Promise<number> {
    requireValue("METHODOLOGY", "a methodology", this.methodology);
    requireValue("--work-unit", "an id", this.workUnit);
    for (const member of this.choose) requireValue("--choose", "a type", member);
    const decide = DECIDED.find((known) => known === this.decide);
    if (decide === undefined) throw new UsageError(optionNoDecision(DECIDED.join(", "), this.decide));
    requireLinux();
    const tools = await loadRehearse();
    const place = await this.#place(tools);
    try {
      return await this.#rehearse(tools, place, decide);
    } finally {
      place.project.close();
    }
  }

  async #place(tools: Tools): Promise<Place> {
    const directory = workingDirectory();
    if (this.methodology !== undefined) {
      const methodology = await tools.loadMethodology(manifestPath(resolve(directory, this.methodology)));
      const project = await tools.emptyPlace(this.#settings(methodology));
      return { project, kind: "empty", made: await this.#made(tools, project) };
    }
    if (findRoot(directory) === null) throw new RunaError(rehearseNoProject(directory));
    const original = await openProject({ ...this.projectOptions, looks: true });
    try {
      return { project: await tools.copyOf(original, this.#settings(original.methodology)), kind: "copy", made: [] };
    } finally {
      original.close();
    }
  }

  async #made(tools: Tools, project: OpenProject): Promise<Place["made"]> {
    const maker = new ValueMaker();
    try {
      const make = (wish: Parameters<ValueMaker["make"]>[0]) => maker.make(wish);
      return await tools.makeInputs(project, make, this.workUnit ?? MADE_UP_UNIT, this.workUnit !== undefined);
    } catch (error) {
      project.close();
      throw error;
    } finally {
      maker.close();
    }
  }

  /** What plays every agent; what it delivers without a work unit of its own delegates to one, where there are any. */
  #settings({ file, protocols }: Methodology): Parameters<Tools["emptyPlace"]>[0] {
    const unit = protocols.some(({ scoped }) => scoped) ? ["--work-unit", this.workUnit ?? MADE_UP_UNIT] : [];
    const choose = this.choose.flatMap((member) => ["--choose", member]);
    return { methodology: file, command: ["runa-agent", "rehearse", ...choose, ...unit] };
  }

  async #rehearse(tools: Tools, { project, kind, made }: Place, decide: (typeof DECIDED)[number]): Promise<number> {
    const progress = new Progress({
      prefixed: false,
      project: "",
      events: null,
      block: !log.isJson && stderr.isTerminal,
      delivered: (attempt) => attemptDeliveries(project, attempt),
    });
    const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ELSEWHERE.includes(name)));
    const maker = new ValueMaker();
    const choice = { first: "stop" as const, grace: GRACE, capture: true };
    try {
      return await withExecution(project, progress, choice, async (context) => {
        // What the agents print is of no use to anybody.
        const quiet = { ...context, environment, show: () => {} };
        const make = (wish: Parameters<ValueMaker["make"]>[0]) => maker.make(wish);
        const options = { workUnit: this.workUnit ?? null, decide, make };
        const rehearsal = await tools.rehearse(quiet, options, (event) => progress.hear(event));
        const { requested } = context.interrupts;
        if (requested !== null) return signalExitCode(requested);
        const exitCode = exitCodeOf(rehearsal);
        const account = tools.accountOf(project, rehearsal, this.workUnit ?? null);
        const { methodology } = project;
        const around = { methodology, place: kind, made, exitCode };
        progress.close();
        this.answer(this.json, tools.rehearsalAnswer(rehearsal, account, around, workingDirectory()), rehearsalText);
        return exitCode;
      });
    } finally {
      maker.close();
      progress.close();
    }
  }
}

/** The exit code of the last run of each scope: a failure says more than what is only owed. */
function exitCodeOf({ runs }: Awaited<ReturnType<Tools["rehearse"]>>): number {
  const last = new Map(runs.map(({ workUnit, report }) => [workUnit, report]));
  const codes = [...last.values()].map(runExitCode);
  return codes.includes(2) ? 2 : Math.max(0, ...codes);
}
