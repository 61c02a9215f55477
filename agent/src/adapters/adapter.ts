import type { JsonObject } from "../json.ts";
import type { ServerConfig } from "../session/config.ts";

/** The name under which every agent CLI knows the attempt's MCP server. */
export const SERVER = "runa";

/** How long a CLI waits for the MCP server to be up, in seconds. */
export const STARTUP = 60;

/** One attempt, as an adapter sees it. */
export interface Session {
  readonly server: ServerConfig;
  /** What the operator put after `--`, to be appended. */
  readonly extra: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** A directory of this attempt's own, 0700, made when first asked for and removed when the CLI has ended. */
  readonly directory: () => string;
}

/** How the CLI is started; pure data, so that a test can pin it. */
export interface Launch {
  readonly args: readonly string[];
  /** What is set beside the inherited environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Files to write, by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** Symbolic links to make: where, and what they point to. */
  readonly links?: Readonly<Record<string, string>>;
  /** A JSON file into which the CLI writes what it used. */
  readonly usageFile?: string;
}

/** Whether a CLI has started the server, and what it says of it. */
export interface StartReport {
  readonly started: boolean;
  readonly detail: string;
}

/** How a CLI is made to start the server without calling a model. */
export interface Probe extends Launch {
  readonly stdin?: string;
  /** Its stdin stays open until it has answered. */
  readonly open?: boolean;
  /** What a line of its output says of the server; undefined where it says nothing, or nothing yet. */
  verdict(line: string): StartReport | undefined;
}

/** What an attempt used; what the CLI does not tell is absent. */
export interface Usage {
  /** Everything that went into models and came out of them, cached input included. */
  readonly tokens?: number;
  readonly cost_usd?: number;
  readonly model?: string;
}

/** Reads what a CLI prints, event by event. */
export interface OutputReader {
  /** The lines that show an event to a person; none where there is nothing to see. */
  read(event: JsonObject): readonly string[];
  /** The lines that were held back until more came. */
  rest(): readonly string[];
  usage(): Usage;
}

/** An agent CLI that runa can start. */
export interface Adapter {
  /** Its name on the command line. */
  readonly name: string;
  readonly title: string;
  readonly executable: string;
  /** The npm package that brings it. */
  readonly package: string;
  /** Makes the executable print its version and end. */
  readonly versionArgs: readonly string[];
  /** The versions that the live suite drives. */
  readonly tested: readonly string[];
  /** What it lets the agent do by default, and how an operator allows more: a sentence or two. */
  readonly permission: string;
  /** When it tells of a call: as it begins and as it ends, or only then. While it tells nothing it looks idle. */
  readonly activity: "streams" | "after each call";
  /** Words after `--` that allow more, as an example. */
  readonly allowMore: readonly string[];
  /**
   * How to start it for this attempt.
   * @throws Failure when something that belongs to the user is in the way
   */
  launch(session: Session): Launch;
  /**
   * How to see whether it starts the server.
   * @throws Failure as `launch` does
   */
  probe(session: Session): Probe;
  reader(): OutputReader;
  /** What the file named by `usageFile` tells. */
  readonly usageOf?: (file: unknown) => Usage;
}
