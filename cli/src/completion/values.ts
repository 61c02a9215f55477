import { type ProjectNames, projectNames } from "@runa/engine/answers";
import { shortAttemptId } from "@runa/engine/attempts";
import { EVENT_KINDS } from "@runa/engine/log";
import { workingDirectory } from "../input/working-directory.ts";

/** What may stand in a place of a command line. */
export interface EvaluatedCandidate {
  readonly value: string;
  readonly description?: string;
}

/** What a place takes: one of some names, or the path of a file or of a directory. */
export type Completion = readonly EvaluatedCandidate[] | "files" | "directories";

/** What is known of a command line around the place that is completed. */
export interface Around {
  readonly command: string;
  /** The arguments before it that are no options, by their names. */
  readonly given: Readonly<Record<string, string>>;
  /** `--config` and `--artifacts-dir`. */
  readonly config: string | undefined;
  readonly artifactsDir: string | undefined;
}

const SHELLS = ["bash", "zsh", "fish"];
const DECISIONS = ["approve", "reject", "none"];
const FORMATS = ["text", "mermaid", "dot", "svg", "json"];

/** What a value that the help calls by this name may be; `option` where it is an option's. */
export async function valuesOf(name: string, option: string | null, around: Around): Promise<Completion> {
  const names = (ask: (project: ProjectNames) => readonly string[]) =>
    ofProject(around, (project) => plain(ask(project)));
  switch (name) {
    case "FILE":
      return "files";
    case "PATH":
    case "METHODOLOGY":
      return "files";
    case "DIR":
      return "directories";
    case "SHELL":
      return plain(SHELLS);
    case "HOW":
      return plain(DECISIONS);
    case "FORMAT":
      return plain(FORMATS);
    case "KIND":
      return plain(EVENT_KINDS);
    case "TYPE":
      return names((project) => project.types());
    case "INSTANCE":
      return names((project) => project.instances(around.given.TYPE ?? ""));
    case "PROTOCOL":
      return names((project) => project.protocols());
    case "ATTEMPT":
      return attempts(around, around.command === "release" ? "open" : "latest");
    case "WHEN":
      return attempts(around, "latest");
    case "ID":
      return option === "--attempt" ? attempts(around, "latest") : names((project) => project.workUnits());
    case "NAME":
      return option === "--agent" ? agents(around) : names((project) => project.protocols());
    default:
      return [];
  }
}

function plain(values: readonly string[]): EvaluatedCandidate[] {
  return values.map((value) => ({ value }));
}

async function ofProject(
  around: Around,
  ask: (project: ProjectNames) => EvaluatedCandidate[],
): Promise<EvaluatedCandidate[]> {
  const { config, artifactsDir } = around;
  return ask(
    await projectNames({ workingDirectory: workingDirectory(), environment: process.env, config, artifactsDir }),
  );
}

function attempts(around: Around, which: "latest" | "open"): Promise<EvaluatedCandidate[]> {
  return ofProject(around, (project) =>
    project.attempts(which).map(({ id, protocol }) => ({ value: shortAttemptId(id), description: protocol })),
  );
}

/** Those of the config, where there is one, and those that runa-agent has. */
async function agents(around: Around): Promise<EvaluatedCandidate[]> {
  const { AGENTS } = await import("../checks/agent-check.ts");
  const own = await ofProject(around, (project) => plain(project.agents())).catch(() => []);
  return [...own, ...plain(AGENTS)];
}
