import type { Logger } from "pino";
import { stderr } from "../output.ts";
import { didYouMean } from "../suggestion.ts";
import { visible } from "../visible.ts";
import { type Filter, LEVELS, type Level, parseFilter, passes } from "./filter.ts";

/** The part of runa that a record comes from. */
export type LogTarget = "runa_cli" | "runa_engine" | "runa_mcp";

/** One diagnostic record (contract.md section 9). */
export interface LogRecord {
  readonly level: Level;
  readonly target: LogTarget;
  readonly operation: string;
  readonly outcome: "started" | "succeeded" | "failed" | "partial";
  readonly msg: string;
  readonly fields?: Readonly<Record<string, string | number | null>>;
}

export interface LogSettings {
  readonly format: "text" | "json";
  /** `config.logging.filter`. */
  readonly filter: string | null;
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * Diagnostics on stderr, quiet by default. The writer is loaded with the first record that passes, so that a quiet
 * command does not pay for it; `flush` waits until everything is written.
 */
class Log {
  #filter: Filter = parseFilter("warn");
  #format: LogSettings["format"] = "text";
  readonly #waiting: LogRecord[] = [];
  #opening: Promise<void> | null = null;
  #logger: Logger | null = null;

  configure({ format, filter, environment }: LogSettings): void {
    this.#format = format;
    const text = environment.RUST_LOG || filter || "warn";
    this.#filter = parseFilter(text);
    const source = environment.RUST_LOG ? "RUST_LOG" : "[logging] filter";
    // Whatever else the filter lets pass: who wrote it should know.
    for (const directive of this.#filter.ignored)
      this.#take({
        level: "warn",
        target: "runa_engine",
        operation: "logging",
        outcome: "partial",
        msg: `log directive '${directive}' of ${source} is not understood and has no effect${didYouMean(directive, LEVELS)}: write a level (${LEVELS.join(", ")}, off), or target=level`,
      });
  }

  /** Whether everything on stderr is to be records (`format = "json"`), also what people are told otherwise. */
  get isJson(): boolean {
    return this.#format === "json";
  }

  /** @param options `always`: whatever the filter says */
  write(record: LogRecord, { always = false } = {}): void {
    if (always || passes(record.level, this.#filter.leastFor(record.target))) this.#take(record);
  }

  #take(record: LogRecord): void {
    if (this.#logger !== null) {
      emit(this.#logger, record);
      return;
    }
    this.#waiting.push(record);
    this.#opening ??= this.#open();
  }

  async flush(): Promise<void> {
    await this.#opening;
  }

  async #open(): Promise<void> {
    // Through the default export: bundled, a CommonJS module has no other.
    const { default: module } = await import("pino");
    const line = this.#format === "json" ? (text: string) => text : asText;
    this.#logger = module.pino(
      {
        level: "trace",
        base: null,
        formatters: { level: (label) => ({ level: label }) },
        timestamp: () => `,"time":"${new Date().toISOString()}"`,
      },
      { write: (text: string) => stderr.write(line(text)) },
    );
    for (const record of this.#waiting.splice(0)) emit(this.#logger, record);
  }
}

function emit(logger: Logger, { level, msg, fields, ...rest }: LogRecord): void {
  logger[level]({ ...rest, ...fields }, msg);
}

/** A record as people read it. */
function asText(json: string): string {
  const { level, time, target, operation, outcome, msg, ...fields } = JSON.parse(json) as Record<string, unknown>;
  const rest = Object.entries({ outcome, ...fields }).map(([key, value]) => ` ${key}=${visible(String(value))}`);
  return `${time} ${String(level).toUpperCase().padEnd(5)} ${target} ${operation}: ${visible(String(msg))}${rest.join("")}\n`;
}

export const log = new Log();

/** Tells of the engine's work (contract.md section 9): names and counts, no content, no environment, no argv. */
export function logEngine(
  operation: string,
  what: Pick<LogRecord, "level" | "outcome" | "msg">,
  fields: NonNullable<LogRecord["fields"]>,
): void {
  const known = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
  log.write({ target: "runa_engine", operation, ...what, fields: known });
}
