import type { TomlPath } from "../diagnostic.ts";
import {
  choiceTaken,
  choiceTooSmall,
  choiceUndeclared,
  declaredTwice,
  keyMissing,
  membersNoNames,
  nothingDeclared,
  producedTwice,
  triggerNoTable,
  unknownTrigger,
  unsafeName,
  wrongNames,
  wrongValue,
} from "../messages.ts";
import { didYouMean, nearest } from "../suggestion.ts";
import { isTable, kindOf, type TomlFinding, type TomlTable } from "../toml/parse.ts";
import { TomlReader } from "../toml/reader.ts";
import { COMBINATORS, PRIMITIVES, type Trigger } from "./trigger.ts";

/** A group of output types of which exactly one must exist and be valid afterwards. */
export interface Choice {
  readonly name: string;
  readonly members: readonly string[];
}

/** A protocol as the manifest declares it; each name stands once, in its strongest list. */
export interface ProtocolDeclaration {
  readonly name: string;
  readonly requires: readonly string[];
  readonly accepts: readonly string[];
  readonly produces: readonly string[];
  readonly mayProduce: readonly string[];
  readonly choices: readonly Choice[];
  readonly scoped: boolean;
  readonly trigger: Trigger;
}

export interface Manifest {
  readonly name: string;
  readonly artifactTypes: readonly string[];
  readonly protocols: readonly ProtocolDeclaration[];
}

const KEYS = ["name", "artifact_types", "protocols"];
const LISTS = ["requires", "accepts", "produces", "may_produce"] as const;
const PROTOCOL_KEYS = ["name", ...LISTS, "required_output_choices", "scoped", "trigger"];
const CHOICE_KEYS = ["name", "members"];
const TRIGGERS = [...PRIMITIVES, ...COMBINATORS];

/** What could be read of a manifest, and everything that is wrong with it. */
export interface ManifestReading {
  /** Where `failed`, good only for finding out what else is wrong. */
  readonly manifest: Manifest;
  readonly failed: boolean;
  readonly findings: readonly TomlFinding[];
}

/** Reads a manifest's data. Everything that is wrong is found at once. */
export function readManifest(table: TomlTable): ManifestReading {
  const reader = new ManifestReader();
  const manifest = reader.read(table);
  const failed = reader.findings.some((finding) => finding.severity === "error");
  return { manifest, failed, findings: reader.findings };
}

class ManifestReader extends TomlReader {
  read(table: TomlTable): Manifest {
    const name = this.string(table, [], "name", "the manifest", `put name = "…" at its top${hintOf(table, "name")}`);
    const types = this.#declared(table, "artifact_types").map(([entry, path]) => this.#artifactType(entry, path));
    const protocols = this.#declared(table, "protocols").map(([entry, path]) => this.#protocol(entry, path));
    this.#distinct(types, (index) => ["artifact_types", index, "name"], "artifact type");
    this.#distinct(
      protocols.map((protocol) => protocol.name),
      (index) => ["protocols", index, "name"],
      "protocol",
    );
    const declared = new Set(types);
    for (const [index, protocol] of protocols.entries()) this.#choiceMembers(protocol, index, declared);
    this.#singleProducers(protocols);
    return { name, artifactTypes: types, protocols };
  }

  /** The entries of a top-level array of which there must be at least one. */
  #declared(table: TomlTable, key: string): [TomlTable, TomlPath][] {
    const value = table[key] ?? [];
    if (Array.isArray(value) && value.length === 0)
      this.error(key in table ? [key] : [], nothingDeclared(key, hintOf(table, key)));
    return this.tables(table, [], key);
  }

  #safeName(name: string, path: TomlPath, what: string, use = "it is used as a directory name"): void {
    const reason = unsafeReason(name);
    if (reason !== null) this.error(path, unsafeName(what, JSON.stringify(name), reason, use));
  }

  #artifactType(table: TomlTable, path: TomlPath): string {
    const remedy = ": 'name' is its only key, everything else belongs in its schema";
    this.unknownKeys(table, path, ["name"], "an artifact type", "error", remedy);
    const name = this.string(table, path, "name", "an artifact type", "name it");
    if (typeof table.name === "string") this.#safeName(name, [...path, "name"], "artifact type");
    return name;
  }

  #protocol(table: TomlTable, path: TomlPath): ProtocolDeclaration {
    const name = this.string(table, path, "name", "a protocol", "name it");
    if (typeof table.name === "string") this.#safeName(name, [...path, "name"], "protocol");
    this.unknownKeys(table, path, PROTOCOL_KEYS, `protocol '${name}'`, "problem");
    const [requires, accepts, produces, mayProduce] = LISTS.map((key) => this.#names(table, path, key)) as [
      string[],
      string[],
      string[],
      string[],
    ];
    this.#overlap(accepts, requires, path, "accepts", "requires");
    this.#overlap(mayProduce, produces, path, "may_produce", "produces");
    const choices = this.tables(table, path, "required_output_choices").map(([entry, at]) => this.#choice(entry, at));
    this.#distinct(
      choices.map((choice) => choice.name),
      (index) => [...path, "required_output_choices", index, "name"],
      "choice group",
    );
    if (table.scoped !== undefined && typeof table.scoped !== "boolean")
      this.error([...path, "scoped"], wrongValue("scoped", "true or false", kindOf(table.scoped)));
    return {
      name,
      requires: [...new Set(requires)],
      accepts: onlyWeaker(accepts, requires),
      produces: [...new Set(produces)],
      mayProduce: onlyWeaker(mayProduce, produces),
      choices,
      // One of the wrong type counts as true: it is an error already and should not look like another one.
      scoped: table.scoped !== undefined && table.scoped !== false,
      trigger: this.#requiredTrigger(table, path),
    };
  }

  #names(table: TomlTable, path: TomlPath, key: string): string[] {
    const value = table[key];
    if (value === undefined) return [];
    if (!Array.isArray(value)) {
      this.error([...path, key], wrongValue(key, "a list of artifact type names", kindOf(value)));
      return [];
    }
    const before = new Set<string>();
    return value.flatMap((entry: unknown, index): string[] => {
      const at = [...path, key, index];
      if (typeof entry !== "string") {
        this.error(at, wrongNames(key, "artifact type names", kindOf(entry)));
        return [];
      }
      if (before.has(entry))
        this.findings.push({
          severity: "warning",
          rule: "repeated-name",
          path: at,
          at: "value",
          message: `'${entry}' stands twice in '${key}'; it counts once`,
        });
      before.add(entry);
      return [entry];
    });
  }

  #overlap(weaker: readonly string[], stronger: readonly string[], path: TomlPath, weak: string, strong: string): void {
    const held = new Set(stronger);
    for (const [index, name] of weaker.entries())
      if (held.has(name))
        this.findings.push({
          severity: "warning",
          rule: "overlapping-lists",
          path: [...path, weak, index],
          at: "value",
          message: `'${name}' stands in '${strong}' and in '${weak}'; it counts as '${strong}'`,
        });
  }

  #choice(table: TomlTable, path: TomlPath): Choice {
    // TOML gives a group every line below its header, also those that were meant for its protocol.
    const misplaced = Object.keys(table).filter((key) => PROTOCOL_KEYS.includes(key) && !CHOICE_KEYS.includes(key));
    for (const key of misplaced)
      this.findings.push({
        severity: "problem",
        rule: "misplaced-key",
        path: [...path, key],
        at: "key",
        message: `'${key}' stands below [[protocols.required_output_choices]] and so belongs to that group, not to its protocol: put it above`,
      });
    this.unknownKeys(table, path, [...CHOICE_KEYS, ...misplaced], "a choice group", "problem");
    const name = this.string(table, path, "name", "a choice group", "name it");
    if (typeof table.name === "string") this.#safeName(name, [...path, "name"], "choice group", "choose a plain name");
    const members = table.members;
    if (!Array.isArray(members)) {
      if (members === undefined)
        this.error(
          path,
          keyMissing(
            name === "" ? "a choice group" : `choice group '${name}'`,
            "members",
            "list the artifact types to choose from",
          ),
          "key",
        );
      else this.error([...path, "members"], wrongValue("members", "a list of artifact type names", kindOf(members)));
      return { name, members: [] };
    }
    const names = members.filter((member): member is string => typeof member === "string");
    if (names.length < members.length) this.error([...path, "members"], membersNoNames());
    if (members.length < 2) this.error([...path, "members"], choiceTooSmall(name));
    return { name, members: names };
  }

  #choiceMembers(protocol: ProtocolDeclaration, index: number, declared: ReadonlySet<string>): void {
    const taken = new Map<string, string>();
    for (const type of protocol.produces) taken.set(type, "'produces'");
    for (const type of protocol.mayProduce) taken.set(type, "'may_produce'");
    for (const [group, choice] of protocol.choices.entries()) {
      for (const [position, member] of choice.members.entries()) {
        const path = ["protocols", index, "required_output_choices", group, "members", position];
        if (!declared.has(member))
          this.error(path, choiceUndeclared(choice.name, member, didYouMean(member, declared)));
        const holder = taken.get(member);
        if (holder !== undefined) this.error(path, choiceTaken(member, choice.name, holder));
        taken.set(member, `choice group '${choice.name}'`);
      }
    }
  }

  #requiredTrigger(table: TomlTable, path: TomlPath): Trigger {
    if (table.trigger !== undefined) return this.#trigger(table.trigger, [...path, "trigger"]);
    this.error(
      path,
      keyMissing(
        typeof table.name === "string" ? `protocol '${table.name}'` : "a protocol",
        "trigger",
        'say when its work is called for, e.g. trigger = { type = "on_artifact", name = "…" }',
      ),
      "key",
    );
    return { type: "any_of", conditions: [] };
  }

  #trigger(value: unknown, path: TomlPath): Trigger {
    const none: Trigger = { type: "any_of", conditions: [] };
    if (!isTable(value)) {
      this.error(path, triggerNoTable(kindOf(value)));
      return none;
    }
    const type = this.string(value, path, "type", "a trigger", `use one of ${TRIGGERS.join(", ")}`);
    const primitive = PRIMITIVES.find((known) => known === type);
    if (primitive !== undefined) {
      this.unknownKeys(value, path, ["type", "name"], `trigger ${type}`, "problem");
      const remedy = "name the artifact type that it looks at";
      return { type: primitive, name: this.string(value, path, "name", `trigger ${type}`, remedy) };
    }
    const combinator = COMBINATORS.find((known) => known === type);
    if (combinator !== undefined) {
      this.unknownKeys(value, path, ["type", "conditions"], `trigger ${type}`, "problem");
      return { type: combinator, conditions: this.#conditions(value, path, combinator) };
    }
    if (typeof value.type === "string")
      this.error([...path, "type"], unknownTrigger(type, TRIGGERS.join(", "), didYouMean(type, TRIGGERS)));
    return none;
  }

  #conditions(table: TomlTable, path: TomlPath, combinator: string): Trigger[] {
    const { conditions } = table;
    if (Array.isArray(conditions))
      return conditions.map((condition, index) => this.#trigger(condition, [...path, "conditions", index]));
    if (conditions === undefined)
      this.error(path, keyMissing(`trigger ${combinator}`, "conditions", "list the triggers that it combines"));
    else this.error([...path, "conditions"], wrongValue("conditions", "a list of triggers", kindOf(conditions)));
    return [];
  }

  #distinct(names: readonly string[], path: (index: number) => TomlPath, what: string): void {
    const before = new Set<string>();
    for (const [index, name] of names.entries()) {
      if (name !== "" && before.has(name)) this.error(path(index), declaredTwice(what, name));
      before.add(name);
    }
  }

  #singleProducers(protocols: readonly ProtocolDeclaration[]): void {
    const owners = new Map<string, string>();
    for (const [index, protocol] of protocols.entries()) {
      for (const type of protocol.produces) {
        const owner = owners.get(type);
        if (owner === undefined) owners.set(type, protocol.name);
        else
          this.findings.push({
            severity: "error",
            path: ["protocols", index, "produces"],
            naming: type,
            at: "value",
            message: producedTwice(type, owner, protocol.name),
          });
      }
    }
  }
}

/** For a key that the manifest lacks at its top: the one there that was probably meant to be it. */
function hintOf(table: TomlTable, key: string): string {
  const near = nearest(
    key,
    Object.keys(table).filter((other) => !KEYS.includes(other)),
  );
  return near === null ? "" : ` — is it what '${near}' was meant to be?`;
}

/** Each name of the weaker list once, without those that stand in the stronger one too. */
function onlyWeaker(weaker: readonly string[], stronger: readonly string[]): string[] {
  const held = new Set(stronger);
  return [...new Set(weaker)].filter((name) => !held.has(name));
}

/** Why a name cannot be that of a directory in the workspace or the methodology; null when it can. */
export function unsafeReason(name: string): string | null {
  if (name === "") return "is empty";
  if (name === ".") return "is '.'";
  if (name.includes("..")) return "contains '..'";
  if (/[/\\]/.test(name)) return "contains a path separator";
  if (/\p{Cc}/u.test(name)) return "contains a control character";
  return null;
}
