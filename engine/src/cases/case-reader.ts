import type { TomlPath } from "../diagnostic.ts";
import { caseNoCases, caseNothingExpected, caseTwice, caseUnitUseless } from "../messages.ts";
import type { TomlTable } from "../toml/parse.ts";
import type { Case, Step } from "./case.ts";
import { DecisionReader } from "./decision-reader.ts";

const KEYS = ["case"];
const STEP_KEYS = ["work_unit", "given", "remove", "decision", "run", "deliver", "expect"];
const CASE_KEYS = ["name", "people", ...STEP_KEYS, "step"];

/** Reads a file of cases; everything that is wrong in it is found at once. */
export class CaseReader extends DecisionReader {
  read(table: TomlTable): Case[] {
    this.unknownKeys(table, [], KEYS, "a file of cases", "error");
    const cases = this.tables(table, [], "case").map(([entry, path]) => this.#case(entry, path));
    if (table.case === undefined || (Array.isArray(table.case) && table.case.length === 0))
      this.error([], caseNoCases(), "key");
    const named = new Set<string>();
    for (const { name, path } of cases) {
      if (name !== "" && named.has(name)) this.error([...path, "name"], caseTwice(name));
      named.add(name);
    }
    return cases;
  }

  #case(table: TomlTable, path: TomlPath): Case {
    this.unknownKeys(table, path, CASE_KEYS, "a case", "error");
    const name = this.string(table, path, "name", "the case", 'say in name = "…" what it shows');
    const first = this.#step(table, path);
    const more = this.tables(table, path, "step").map(([entry, at]) => {
      this.unknownKeys(entry, at, STEP_KEYS, "a step", "error");
      return this.#step(entry, at);
    });
    const steps: Case["steps"] = [first, ...more];
    if (steps.every(({ expectations }) => expectations.length === 0)) this.error(path, caseNothingExpected(), "key");
    const named = this.people(this.table(table, [...path, "people"], null, "[case.people]"), [...path, "people"]);
    const deciders = steps.flatMap(({ decisions }) => decisions.map(({ by }): [string, string[]] => [by, []]));
    return { name, path, steps, people: new Map([...deciders, ...named]) };
  }

  #step(table: TomlTable, path: TomlPath): Step {
    const workUnit = this.text(table, path, "work_unit") ?? null;
    if (workUnit !== null && this.declared.scoped.size === 0) this.error([...path, "work_unit"], caseUnitUseless());
    const run = this.boolean(table, path, "run") ?? false;
    const within = (key: string) => this.table(table, [...path, key], null, `[case.${key}]`);
    return {
      workUnit,
      given: this.placed(within("given"), [...path, "given"]),
      removed: this.list(table, path, "remove", "artifacts").flatMap(
        ([name, at]) => this.instance(name, at, "value") ?? [],
      ),
      decisions: this.decisions(table, path),
      run,
      deliveries: this.deliveries(within("deliver"), [...path, "deliver"]),
      expectations: this.expectations(table, { path, workUnit, run }),
    };
  }
}
