import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openStore } from "../../store/src/connection/store.ts";
import { verifyLog } from "../../store/src/record/event-log.ts";
import { held, told } from "../../store/test/told.ts";
import { writeMethodology } from "./methodology.ts";
import type { Ended } from "./program.ts";
import { CHECKOUT, RUNA } from "./programs.ts";
import { runa, runProgram } from "./run.ts";
import type { Scratch } from "./scratch.ts";

const FAULT = join(CHECKOUT, "tests/rig/fault.cjs");
const AGENT = join(CHECKOUT, "tests/rig/fault-agent.mjs");

/** Which point of which program is struck, and how; `at: null` strikes none. */
export interface Strike {
  readonly program: "runa.js" | "runa-mcp";
  readonly at: number | null;
  readonly how: "fail" | "kill";
  /** What runa is told; without it, to run. */
  readonly words?: readonly string[];
}

/** One run that was struck. */
export interface Struck extends Ended {
  /** The points that it passed, in order; the struck one says so. */
  readonly points: readonly string[];
}

const BY_FILE = [
  `echo "$RUNA_ATTEMPT" >> executed`,
  "mkdir -p .runa/workspace/approved",
  `printf '{"title":"approved"}' > .runa/workspace/approved/.yes`,
  "mv .runa/workspace/approved/.yes .runa/workspace/approved/yes.json",
  `printf '{"title":"same"}' > .runa/workspace/note/.same`,
  "mv .runa/workspace/note/.same .runa/workspace/note/same.json",
].join(" && ");

/** The argv of an agent that delivers the same two artifacts in one way or the other. */
export const AGENTS = {
  "by file": ["sh", "-c", BY_FILE],
  "through its server": [process.execPath, AGENT],
} as const;

/**
 * Makes a project with one candidate that is READY because its brief changed: it has to choose where `rework` lies there
 * from before, and to see to a note that does too. A withdrawn draft may go.
 */
export async function struckProject(scratch: Scratch, agent: readonly string[]): Promise<string> {
  const template = join(scratch.path, "template");
  const methodology = join(scratch.path, "methodology");
  mkdirSync(join(template, ".runa"), { recursive: true });
  mkdirSync(methodology);
  writeMethodology(methodology, {
    protocols: [
      {
        name: "review",
        requires: ["brief"],
        produces: ["note"],
        may_produce: ["draft"],
        choices: { verdict: ["approved", "rework"] },
      },
    ],
  });
  const config = [
    `methodology_path = ${JSON.stringify(methodology)}`,
    "[agent]",
    `command = ${JSON.stringify(agent)}`,
    "",
  ];
  writeFileSync(join(template, ".runa/config.toml"), config.join("\n"));
  for (const [type, id] of [
    ["brief", "b"],
    ["rework", "old"],
    ["note", "same"],
    ["draft", "old"],
  ] as const)
    writeArtifact(template, type, id, id);
  await runa(template, "scan");
  writeArtifact(template, "brief", "b", "changed");
  await runa(template, "scan");
  return template;
}

function writeArtifact(project: string, type: string, id: string, title: string): void {
  const directory = join(project, ".runa/workspace", type);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, `${id}.json`), JSON.stringify({ title }));
}

function titleOf(text: string): string {
  try {
    return JSON.parse(text).title;
  } catch {
    return `torn: ${text}`;
  }
}

/** A copy of a project, struck once and then run again as often as it is asked. */
export class StruckProject {
  readonly path: string;

  constructor(template: string, path: string) {
    cpSync(template, path, { recursive: true });
    this.path = path;
  }

  async strike({ words = ["run"], ...strike }: Strike): Promise<Struck> {
    const log = join(this.path, "points");
    const env = {
      PATH: process.env.PATH,
      HOME: this.path,
      NO_COLOR: "1",
      // What is written for the next start is none of the project's.
      NODE_DISABLE_COMPILE_CACHE: "1",
      NODE_OPTIONS: `--require ${FAULT}`,
      RIG_FAULT: JSON.stringify({ ...strike, log }),
    };
    const ended = await runProgram([process.execPath, RUNA, ...words], { directory: this.path, env });
    const points = existsSync(log) ? readFileSync(log, "utf8").trimEnd().split("\n") : [];
    return { ...ended, points };
  }

  run(...words: string[]): Promise<Ended> {
    return runa(this.path, ...(words.length === 0 ? ["run"] : words));
  }

  /** Everything that is there now and can be told without running anything. */
  look() {
    const store = openStore(join(this.path, ".runa/store"));
    try {
      const outcomes = store.connection.database
        .prepare("SELECT outcome FROM attempt ORDER BY started")
        .pluck()
        .all() as string[];
      return { chain: verifyLog(store).ok, told: told(store), held: held(store), outcomes };
    } finally {
      store.close();
    }
  }

  /**
   * The workspace's files, what was moved aside included, with their titles; a path tells no attempt's id.
   * @param chosen artifacts alone, or whatever a writer has left as well
   */
  files(chosen: "artifacts" | "all"): Record<string, string> {
    const workspace = join(this.path, ".runa/workspace");
    const paths = readdirSync(workspace, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && (chosen === "all" || !entry.name.startsWith(".")))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
    return Object.fromEntries(
      paths.map((path) => [
        path.slice(workspace.length + 1).replace(/\.superseded\/[^/]+/, ".superseded"),
        titleOf(readFileSync(path, "utf8")),
      ]),
    );
  }

  /** What the project's own file says: which project decisions are of. */
  projectFile(): string {
    return readFileSync(join(this.path, ".runa/workspace/.project.json"), "utf8");
  }

  /** The attempts whose agents ran, in order. */
  executed(): string[] {
    const file = join(this.path, "executed");
    return existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : [];
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 3 });
  }
}
