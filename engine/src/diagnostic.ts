/** Where in a TOML document something is: keys and indices from its root. */
export type TomlPath = readonly (string | number)[];

/** A place in a source file. Line and column count from 1. */
export interface SourcePosition {
  readonly line: number;
  readonly column: number;
  /** The whole line, for the caret below it. */
  readonly text: string;
}

/**
 * Something wrong in a file that a person wrote. `error`: it cannot be used; `problem`: it can, but something in it has
 * no effect or cannot work; `warning`: it is probably not what was meant.
 */
export interface Diagnostic {
  readonly severity: "error" | "problem" | "warning";
  /** The stable id of the rule that found it, as `docs/lint.md` lists them; of an error none. */
  readonly rule?: string;
  readonly file: string;
  readonly message: string;
  readonly position?: SourcePosition;
}

/** How many there are of each level. */
export function levelCounts(found: readonly Diagnostic[]): { errors: number; problems: number; warnings: number } {
  const of = (level: Diagnostic["severity"]) => found.filter(({ severity }) => severity === level).length;
  return { errors: of("error"), problems: of("problem"), warnings: of("warning") };
}

/** Files that cannot be used, with everything that is wrong with them. */
export class DiagnosticsError extends Error {
  readonly diagnostics: readonly Diagnostic[];
  constructor(diagnostics: readonly Diagnostic[]) {
    super(
      diagnostics
        .map(
          ({ file, position, message }) =>
            `${file}${position ? `:${position.line}:${position.column}` : ""}: ${message}`,
        )
        .join("\n"),
    );
    this.diagnostics = diagnostics;
  }
}

/** Something that stops a command, in one sentence that says what, where, and what to do. */
export class RunaError extends Error {}
