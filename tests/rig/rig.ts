import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { Attempt } from "./attempt.ts";
import { Connection } from "./connection.ts";
import { Desk } from "./desk.ts";
import { type Envelope, readEnvelope } from "./envelope.ts";
import { type EventJson, eventsIn } from "./events.ts";
import { type Living, livingWith } from "./living.ts";
import { McpClient, type ServerMessage } from "./mcp-client.ts";
import { type MethodologyText, writeMethodology } from "./methodology.ts";
import { type Ended, Program } from "./program.ts";
import { FAKE_AGENT, RUNA, RUNA_MCP } from "./programs.ts";
import { cleanEnvironment } from "./run.ts";
import { within } from "./within.ts";

/** What a rig's project begins with. */
export interface RigOptions extends MethodologyText {
  /** Artifacts that lie there, by `type/instance_id`. */
  readonly artifacts?: Readonly<Record<string, object>>;
  /** The argv of `[agent] command`; the fake agent when left out, none when null. */
  readonly agent?: readonly string[] | null;
  /** More lines for the config. */
  readonly config?: string;
  /** More lines for `[agent]`. */
  readonly settings?: string;
}

/** How one start of `runa` differs from the usual one. */
export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** From the project; the project itself when left out. */
  readonly directory?: string;
  readonly user?: number;
  /** What stands on its stdin; nothing when left out. */
  readonly input?: string;
  /** Whether its stdin stays open. */
  readonly listens?: boolean;
}

/** What `rig.run` came to. */
export interface Answer extends Ended {
  /** What `--json` printed, checked against its published schema; undefined without it. */
  readonly json: Envelope | undefined;
}

/**
 * Makes a temporary project and takes it away, with everything that still runs in it, when the test has finished.
 */
export async function makeRig(options: RigOptions): Promise<Rig> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "runa-rig-")));
  const rig = new Rig(directory);
  onTestFinished(() => rig.dispose());
  await rig.make(options);
  return rig;
}

/** A temporary project with the real programs, and agents that the test commands. */
export class Rig {
  /** Everything of this rig: `project`, `methodology`, `home`. */
  readonly directory: string;
  readonly project: string;
  readonly methodology: string;
  readonly #desk: Desk;
  readonly #programs: Program[] = [];

  constructor(directory: string) {
    this.directory = directory;
    this.project = join(directory, "project");
    this.methodology = join(directory, "methodology");
    this.#desk = new Desk(join(directory, "desk"));
  }

  async make({ artifacts = {}, agent, config = "", settings = "", ...methodology }: RigOptions): Promise<void> {
    for (const name of ["project", "methodology", "home"]) mkdirSync(join(this.directory, name));
    writeMethodology(this.methodology, methodology);
    await this.#desk.open();
    const command = agent === undefined ? [process.execPath, FAKE_AGENT, this.#desk.path] : agent;
    const lines = [
      `methodology_path = ${JSON.stringify(join(this.methodology, "manifest.toml"))}`,
      config,
      ...(command === null ? [] : ["[agent]", `command = ${JSON.stringify(command)}`, settings]),
      "",
    ];
    // What `runa init` leaves, without the time that it takes; the store comes with the first command.
    this.write(".runa/config.toml", lines.join("\n"));
    mkdirSync(join(this.project, ".runa/workspace"));
    for (const [name, artifact] of Object.entries(artifacts)) this.artifact(name, artifact);
  }

  /** Starts `runa` and waits for its end. Options of the start come last. */
  async run(...args: readonly (string | StartOptions)[]): Promise<Answer> {
    const ended = await this.start(...args).ended();
    const words = args.filter((arg) => typeof arg === "string");
    if (!words.includes("--json") || words.includes("log") || ended.stdout === "") return { ...ended, json: undefined };
    return { ...ended, json: await readEnvelope(words, ended.stdout) };
  }

  /** Starts `runa`; what follows is up to the test. */
  start(...args: readonly (string | StartOptions)[]): Program {
    const words = args.filter((arg) => typeof arg === "string");
    const options = args.find((arg) => typeof arg !== "string") ?? {};
    return this.launch([process.execPath, RUNA, ...words], `runa ${words.join(" ")}`, options);
  }

  /** Starts any program in the project, with a clean environment. */
  launch(command: readonly [string, ...string[]], name: string, options: StartOptions = {}): Program {
    const program = new Program(name, {
      command,
      directory: join(this.project, options.directory ?? "."),
      env: { ...cleanEnvironment(join(this.directory, "home")), ...options.env },
      user: options.user,
      input: options.input,
      listens: options.listens ?? false,
    });
    this.#programs.push(program);
    return program;
  }

  /** Starts a `runa-mcp` by hand and opens a session with it. */
  async serve(...args: readonly (string | StartOptions)[]): Promise<{ server: McpClient; program: Program }> {
    const words = args.filter((arg) => typeof arg === "string");
    const options = args.find((arg) => typeof arg !== "string") ?? {};
    const command = [process.execPath, RUNA_MCP, ...words] as const;
    const program = this.launch(command, `runa-mcp ${words.join(" ")}`, { ...options, listens: true });
    const server = new McpClient(new Connection<ServerMessage>(program.line()));
    await server.initialize();
    return { server, program };
  }

  /** The next agent that a running `runa` starts. */
  async nextAttempt(): Promise<Attempt> {
    const running = this.#programs.filter((program) => program.running);
    const allEnded = Promise.all(running.map((program) => program.finished));
    const never = allEnded.then((): never => {
      throw new Error(`no agent was started\n${this.#situation()}`);
    });
    return within(Promise.race([this.#desk.nextAttempt(), never]), "an agent to be started", () => this.#situation());
  }

  /** The state of the unscoped protocols, or of a work unit's. */
  async state(workUnit?: string): Promise<Envelope> {
    const { json, stderr } = await this.run(
      "state",
      "--json",
      ...(workUnit === undefined ? [] : ["--work-unit", workUnit]),
    );
    if (json === undefined) throw new Error(`state failed: ${stderr}`);
    return json;
  }

  /** The events of a kind in the project's log. */
  async events(kind: string): Promise<EventJson[]> {
    const { stdout } = await this.run("log", "--json", "--all");
    return eventsIn(stdout).filter((event) => event.kind === kind);
  }

  /** Writes a file of the project. */
  write(path: string, text: string): void {
    const file = join(this.project, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  /** Writes a file whose name is no UTF-8, so that nothing can look it up: a scan gap, for root too. */
  writeUndecodable(directory: string): void {
    const name = Buffer.concat([Buffer.from([0xff]), Buffer.from(".json")]);
    writeFileSync(Buffer.concat([Buffer.from(join(this.project, directory, "/")), name]), "{}");
  }

  read(path: string): string {
    return readFileSync(join(this.project, path), "utf8");
  }

  exists(path: string): boolean {
    return existsSync(join(this.project, path));
  }

  remove(path: string): void {
    rmSync(join(this.project, path), { recursive: true });
  }

  /** Where an artifact's file lies in the project. */
  path(name: string): string {
    return `.runa/workspace/${name}.json`;
  }

  /** Writes an artifact, named `type/instance_id`. */
  artifact(name: string, artifact: object): void {
    this.write(this.path(name), JSON.stringify(artifact));
  }

  /** Every artifact's file in the workspace, as `type/instance_id`, sorted. */
  artifacts(): string[] {
    return readdirSync(join(this.project, ".runa/workspace"), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".json"))
      .map((path) => path.slice(0, -".json".length))
      .sort();
  }

  /** What still runs of this rig: programs that it started, their agents, and whatever these started. */
  living(): Living[] {
    return livingWith(this.directory);
  }

  async dispose(): Promise<void> {
    for (const program of this.#programs) program.kill();
    await this.#desk.close();
    for (const { kill } of this.living()) kill();
    await Promise.all(this.#programs.map((program) => program.finished));
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }

  #situation(): string {
    return this.#programs.map((program) => program.situation()).join("\n\n");
  }
}
