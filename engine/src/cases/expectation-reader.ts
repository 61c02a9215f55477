import type { TomlPath } from "../diagnostic.ts";
import { caseEndWithoutRun, caseOtherScope, caseUnknownWord, wrongValue } from "../messages.ts";
import type { ReasonKind } from "../reasons/reason.ts";
import { didYouMean } from "../suggestion.ts";
import { isTable, kindOf, type TomlTable } from "../toml/parse.ts";
import { ENDS, type Expectation, LISTS, PRESENCES, type ReasonPattern, STANDINGS } from "./case.ts";
import { ContentReader } from "./content-reader.ts";

const KEYS = ["status", "artifacts", ...LISTS, "awaiting", "end"];
const STATUS_KEYS = ["status", "reasons"];
/** What only a run has. */
const OF_RUNS = ["ran", "end"];

/** The kinds of the reasons that decide where a candidate stands. */
const REASONS = [
  "attempt_failed",
  "choice_open",
  "current",
  "cycle",
  "input_changed",
  "input_newer",
  "inputs_changed",
  "lacks_input",
  "never_called_for",
  "never_current",
  "not_called_for",
  "not_read",
  "output_broken",
  "output_missing",
  "reopened_by_hand",
  "said_again",
] as const satisfies readonly ReasonKind[];

/** Where a step's expectations stand, and of what. */
interface Expecting {
  readonly path: TomlPath;
  readonly workUnit: string | null;
  readonly run: boolean;
}

/** Reads what a case expects. */
export class ExpectationReader extends ContentReader {
  protected expectations(table: TomlTable, step: Expecting): Expectation[] {
    const path = [...step.path, "expect"];
    const expected = this.table(table, path, null, `[${step.path[0] ?? "case"}.expect]`);
    this.unknownKeys(expected, path, KEYS, "'expect'", "error");
    if (!step.run)
      for (const key of OF_RUNS)
        if (expected[key] !== undefined) this.error([...path, key], caseEndWithoutRun(key), "key");
    return [
      ...this.#statuses(
        this.table(expected, [...path, "status"], null, "[case.expect.status]"),
        [...path, "status"],
        step,
      ),
      ...this.#artifacts(this.table(expected, [...path, "artifacts"], null, "[case.expect.artifacts]"), [
        ...path,
        "artifacts",
      ]),
      ...LISTS.flatMap((kind): Expectation[] =>
        expected[kind] === undefined
          ? []
          : [{ kind, path: [...path, kind], protocols: this.#protocols(expected, path, kind) }],
      ),
      ...this.#awaiting(expected, path),
      ...this.#end(expected, path),
    ];
  }

  #statuses(table: TomlTable, path: TomlPath, { workUnit }: Expecting): Expectation[] {
    return Object.entries(table).flatMap(([protocol, value]): Expectation[] => {
      const at = [...path, protocol];
      if (!this.protocolName(protocol, at, "key")) return [];
      const scoped = this.declared.scoped.has(protocol);
      if (scoped !== (workUnit !== null)) {
        this.error(at, caseOtherScope(protocol, scoped), "key");
        return [];
      }
      if (!isTable(value)) return this.#status(protocol, value, at, []);
      this.unknownKeys(value, at, STATUS_KEYS, `the status of '${protocol}'`, "error");
      return this.#status(protocol, value.status, [...at, "status"], this.#reasons(value.reasons, [...at, "reasons"]));
    });
  }

  #status(protocol: string, value: unknown, path: TomlPath, reasons: readonly ReasonPattern[]): Expectation[] {
    const status = this.#word(value, STANDINGS, path, protocol);
    return status === null ? [] : [{ kind: "status", path, protocol, status, reasons }];
  }

  #reasons(value: unknown, path: TomlPath): ReasonPattern[] {
    if (value === undefined) return [];
    if (!Array.isArray(value)) {
      this.error(path, wrongValue("reasons", "a list of reasons", kindOf(value)));
      return [];
    }
    return value.flatMap((entry, index): ReasonPattern[] => {
      const table = isTable(entry) ? entry : { kind: entry };
      const kind = this.#word(table.kind, REASONS, [...path, index, ...(isTable(entry) ? ["kind"] : [])], "kind");
      return kind === null ? [] : [{ ...table, kind }];
    });
  }

  #artifacts(table: TomlTable, path: TomlPath): Expectation[] {
    return Object.entries(table).flatMap(([name, value]): Expectation[] => {
      const at = [...path, name];
      const instance = this.instance(name, at, "key");
      const status = this.#word(value, PRESENCES, at, name);
      return instance === null || status === null ? [] : [{ kind: "artifact", path: at, ...instance, status }];
    });
  }

  #protocols(table: TomlTable, path: TomlPath, key: string): string[] {
    return this.list(table, path, key, "protocols").flatMap(([name, at]) =>
      this.protocolName(name, at, "value") ? [name] : [],
    );
  }

  #awaiting(table: TomlTable, path: TomlPath): Expectation[] {
    if (table.awaiting === undefined) return [];
    const subjects = this.list(table, path, "awaiting", "artifacts").flatMap(
      ([name, at]) => this.instance(name, at, "value") ?? [],
    );
    // As they come: by type and instance.
    const sorted = subjects.map(({ type, id }) => `${type}/${id}`).toSorted();
    return [{ kind: "awaiting", path: [...path, "awaiting"], subjects: sorted }];
  }

  #end(table: TomlTable, path: TomlPath): Expectation[] {
    if (table.end === undefined) return [];
    const end = this.#word(table.end, ENDS, [...path, "end"], "end");
    return end === null ? [] : [{ kind: "end", path: [...path, "end"], end }];
  }

  /** One of a few words; null where it is another, which is reported. */
  #word<T extends string>(value: unknown, known: readonly T[], path: TomlPath, key: string): T | null {
    const found = known.find((word) => word === value);
    if (found !== undefined) return found;
    const hint = typeof value === "string" ? didYouMean(value, known) : "";
    const shown = typeof value === "string" ? `'${value}'` : kindOf(value);
    this.error(path, caseUnknownWord(key, known.join(", "), shown, hint));
    return null;
  }
}
