import type { Verdict } from "@runa/store/log";
import type { TomlPath } from "../diagnostic.ts";
import {
  caseDecisionVerb,
  caseNoDecision,
  caseNothingDecides,
  caseRolesNoList,
  caseWhichApproval,
} from "../messages.ts";
import { didYouMean } from "../suggestion.ts";
import type { TomlTable } from "../toml/parse.ts";
import type { CaseDecision } from "./case.ts";
import { ExpectationReader } from "./expectation-reader.ts";

const VERBS = ["approve", "reject", "revoke"] as const;
type Verb = (typeof VERBS)[number];
const VERDICTS: Readonly<Record<Verb, Verdict>> = { approve: "approved", reject: "rejected", revoke: "revoked" };
const KEYS = [...VERBS, "by", "as", "note", "set"];

/** Who decides where nobody is named. */
export const NOBODY_IN_PARTICULAR = "rehearsal";

/** Reads what people decide in a case. */
export class DecisionReader extends ExpectationReader {
  /** Who may decide, with their roles. */
  protected people(table: TomlTable, path: TomlPath): ReadonlyMap<string, readonly string[]> {
    return new Map(
      Object.entries(table).map(([name, roles]) => {
        const isList = Array.isArray(roles) && roles.every((role) => typeof role === "string");
        if (!isList) this.error([...path, name], caseRolesNoList(name));
        return [name, isList ? roles : []];
      }),
    );
  }

  protected decisions(table: TomlTable, path: TomlPath): CaseDecision[] {
    return this.tables(table, path, "decision").flatMap(([entry, at]) => {
      this.unknownKeys(entry, at, KEYS, "a decision", "error");
      const verbs = VERBS.filter((verb) => entry[verb] !== undefined);
      const [verb, ...others] = verbs;
      if (verb === undefined || others.length > 0) {
        this.error(at, caseDecisionVerb(VERBS.join(", ")), "key");
        return [];
      }
      const named = this.text(entry, at, verb);
      const subject = named === undefined ? null : this.instance(named, [...at, verb], "value");
      if (subject === null) return [];
      const type = this.#typeFor(verb, subject.type, entry, at);
      if (type === undefined) return [];
      const set = entry.set;
      return [
        {
          verdict: VERDICTS[verb],
          subject,
          type,
          by: this.text(entry, at, "by") ?? NOBODY_IN_PARTICULAR,
          note: this.text(entry, at, "note") ?? null,
          fields: set === undefined ? {} : this.table(entry, [...at, "set"], null),
        },
      ];
    });
  }

  /** The decision type; undefined where there is none that could be meant, which is reported. */
  #typeFor(verb: Verb, subject: string, entry: TomlTable, at: TomlPath): string | null | undefined {
    if (verb === "revoke") return null;
    const { decisions } = this.declared;
    if (verb === "reject") {
      const rejection = decisions.rejectionOf(subject);
      if (rejection === null) this.error([...at, verb], caseNothingDecides(subject, "rejection"));
      return rejection?.name;
    }
    const known = decisions.approvalsOf(subject).map(({ name }) => name);
    const as = this.text(entry, at, "as");
    if (known.length === 0) this.error([...at, verb], caseNothingDecides(subject, "approval"));
    else if (as === undefined && known.length > 1) this.error(at, caseWhichApproval(subject, known.join(", ")), "key");
    else if (as !== undefined && !known.includes(as))
      this.error([...at, "as"], caseNoDecision(as, subject, didYouMean(as, known)));
    else return as ?? known[0];
    return undefined;
  }
}
